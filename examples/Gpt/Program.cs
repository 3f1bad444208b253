using TensorCore.Examples.Gpt.Commands;

return await GptProgram.RunAsync(args);
