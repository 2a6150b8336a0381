namespace MarketReport.Models;

/// <summary>The model cannot be used; the message says why and what to do.</summary>
internal sealed class ModelException(string message, Exception? innerException = null) : Exception(message, innerException);
