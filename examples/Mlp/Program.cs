return await TensorCore.Examples.Mlp.MlpApp.RunAsync(args);
