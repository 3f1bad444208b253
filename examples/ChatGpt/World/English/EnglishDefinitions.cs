namespace TensorCore.Examples.ChatGpt.World;

/// <summary>The terms of the lecture in English.</summary>
internal sealed partial class EnglishPhrasebook
{
    public override IReadOnlyList<Definition> Definitions { get; } =
    [
        new("perceptron", "a perceptron", "an artificial neuron that adds up weighted inputs"),
        new("multilayer perceptron", "a multilayer perceptron", "a network of perceptrons joined in layers"),
        new("neural network", "a neural network", "a group of artificial neurons that learns from examples"),
        new("hidden layer", "a hidden layer", "the layer between the input and the output"),
        new("weight", "a weight", "the number that says how much an input matters"),
        new("bias", "a bias", "the number that a neuron adds before it answers"),
        new("activation function", "an activation function", "the function that bends the sum of a neuron"),
        new("ReLU", "ReLU", "the function that replaces negative numbers by zero"),
        new("sigmoid", "the sigmoid", "the function that squeezes a number between zero and one"),
        new("softmax", "softmax", "the function that turns numbers into probabilities"),
        new("cost function", "a cost function", "the measure of how wrong the network is"),
        new("cross-entropy", "cross-entropy", "the cost of giving the right answer little chance"),
        new("gradient", "the gradient", "the vector that points to where the error grows fastest"),
        new("gradient descent", "gradient descent", "the method that moves the weights against the gradient"),
        new("learning rate", "the learning rate", "the size of the step at each correction"),
        new("backpropagation", "backpropagation", "the chain rule, from the last layer back to the first"),
        new("epoch", "an epoch", "one whole pass through the training examples"),
        new("convolutional network", "a convolutional network", "the network that moves small filters over the image"),
        new("GPU", "a GPU", "the chip that does many sums at the same time"),
        new("token", "a token", "a piece of text that the model reads or writes"),
        new("embedding", "an embedding", "the vector that stands for a word"),
        new("attention", "attention", "the mechanism that fits each word to its context"),
        new("transformer", "a transformer", "the architecture that alternates attention and perceptrons"),
        new("GPT", "a GPT", "a transformer trained to predict the next token"),
        new("ChatGPT", "ChatGPT", "a GPT that learned to talk with people"),
        new("prompt", "a prompt", "the text that the model is given to go on with"),
        new("temperature", "the temperature", "the knob that makes the draw bolder or more careful"),
        new("pretraining", "pretraining", "the stage in which the model learns to continue texts"),
        new("fine-tuning", "fine-tuning", "the training on answers written by people"),
        new("reward model", "a reward model", "a network that gives marks to answers"),
        new("RLHF", "RLHF", "reinforcement learning with the taste of people"),
        new("PPO", "PPO", "the algorithm that improves the model in safe steps"),
    ];
}
