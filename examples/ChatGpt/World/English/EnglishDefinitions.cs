namespace TensorCore.Examples.ChatGpt.World;

/// <summary>The terms of the lecture in English.</summary>
internal sealed partial class EnglishPhrasebook
{
    public override IReadOnlyList<Definition> Definitions { get; } =
    [
        new("perceptron", "a perceptron", "an artificial neuron that adds up weighted inputs and answers zero or one"),
        new("multilayer perceptron", "a multilayer perceptron", "a network of perceptrons in layers, each layer joined to the next"),
        new("neural network", "a neural network", "a group of artificial neurons that learns from examples"),
        new("hidden layer", "a hidden layer", "the layer that lies between the input and the output of a network"),
        new("weight", "a weight", "the number that says how much an input matters to a neuron"),
        new("bias", "a bias", "the number that a neuron adds to its inputs before it answers"),
        new("activation function", "an activation function", "the function that bends the sum of a neuron, such as ReLU"),
        new("ReLU", "ReLU", "the function that replaces negative numbers by zero"),
        new("sigmoid", "the sigmoid", "the function that squeezes any number between zero and one"),
        new("softmax", "softmax", "the function that turns numbers into probabilities whose sum is one"),
        new("cost function", "a cost function", "the measure of how wrong the network is"),
        new("cross-entropy", "cross-entropy", "the cost of giving little probability to the right answer"),
        new("gradient", "the gradient", "the vector that points to where the error grows fastest"),
        new("gradient descent", "gradient descent", "the method that moves the weights little by little against the gradient"),
        new("learning rate", "the learning rate", "the size of the step that the weights take at each correction"),
        new("backpropagation", "backpropagation", "the chain rule applied from the last layer back to the first"),
        new("epoch", "an epoch", "one whole pass through all the training examples"),
        new("convolutional network", "a convolutional network", "the network that moves small filters over the whole image"),
        new("GPU", "a GPU", "the chip that computes with many matrices at the same time"),
        new("token", "a token", "a piece of text that the model reads or writes at one go"),
        new("embedding", "an embedding", "the vector that stands for a word inside the model"),
        new("attention", "attention", "the mechanism that fits the sense of each word to its context"),
        new("transformer", "a transformer", "the architecture that has alternated attention and perceptrons since 2017"),
        new("GPT", "a GPT", "a transformer trained to predict the next token"),
        new("ChatGPT", "ChatGPT", "a GPT that learned to talk with the help of people"),
        new("prompt", "a prompt", "the text that the model is given to go on with"),
        new("temperature", "the temperature", "the knob that makes the draw of a token bolder or more careful"),
        new("pretraining", "pretraining", "the stage in which the model reads many texts and learns to continue sentences"),
        new("fine-tuning", "fine-tuning", "the training on questions and answers written by people"),
        new("reward model", "a reward model", "a network that gives marks to answers as a person would"),
        new("RLHF", "RLHF", "reinforcement learning with the preferences of people"),
        new("PPO", "PPO", "the reinforcement algorithm that improves the model in short and safe steps"),
    ];
}
