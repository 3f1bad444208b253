namespace TensorCore;

/// <summary>Shapes, axes or indices that do not fit the operation.</summary>
public sealed class ShapeException(string message) : ArgumentException(message);

/// <summary>An element type that the operation does not take.</summary>
public sealed class DTypeException(string message) : ArgumentException(message);

/// <summary>A tensor on another device than the operation needs, or a device that is not there.</summary>
public sealed class DeviceException(string message) : InvalidOperationException(message);

/// <summary>
/// A gradient that cannot be had, or would be wrong: no graph, a graph already freed, a value changed in place that backward
/// still needs, or (in anomaly mode) the first NaN.
/// </summary>
public sealed class GradientException(string message) : InvalidOperationException(message);
