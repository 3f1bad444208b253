using TensorCore.Examples.ChatGpt.Commands;

return await ChatGptProgram.RunAsync(args);
