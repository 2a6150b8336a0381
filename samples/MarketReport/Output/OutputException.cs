namespace MarketReport.Output;

/// <summary>The report cannot be written; the message says why and what to do.</summary>
internal sealed class OutputException(string message, Exception innerException) : Exception(message, innerException);
