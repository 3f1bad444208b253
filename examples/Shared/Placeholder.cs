namespace TensorCore.Examples;
