namespace MarketReport;

internal static class ExitCode
{
    public const int Success = 0;

    /// <summary>The plan was refused or the run failed.</summary>
    public const int Failed = 1;

    /// <summary>Something given to the program cannot be used: data, model, or output folder.</summary>
    public const int BadInput = 2;

    /// <summary>Ctrl+C, by the convention of shells: 128 and the number of the signal.</summary>
    public const int Cancelled = 130;
}
