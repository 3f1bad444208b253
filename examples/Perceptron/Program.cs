return await TensorCore.Examples.Perceptron.PerceptronApp.RunAsync(args);
