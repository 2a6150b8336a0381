namespace Tour;

/// <summary>Names a file of comma-separated values.</summary>
public sealed record CsvFile(string Path);
