namespace MarketReport.Reading;

/// <summary>A file that no report can be made from; the message says what is wrong and what to do.</summary>
internal sealed class MarketDataException : Exception
{
    public MarketDataException(string message)
        : base(message)
    {
    }

    public MarketDataException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
