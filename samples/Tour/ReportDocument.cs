namespace Tour;

/// <summary>The answer that the tour asks for.</summary>
public sealed record ReportDocument(string Title, string Summary);
