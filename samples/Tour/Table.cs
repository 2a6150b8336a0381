namespace Tour;

/// <summary>A table of text.</summary>
public sealed record Table(IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<string>> Rows)
{
    public string ToCsv() => string.Join('\n', Rows.Prepend(Columns).Select(row => string.Join(',', row)));
}
