return await TensorCore.Examples.Cnn.CnnApp.RunAsync(args);
