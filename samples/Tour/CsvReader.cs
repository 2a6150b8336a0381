namespace Tour;

internal sealed class CsvReader : ICsvReader
{
    public async Task<Table> ReadAsync(string path, CancellationToken cancellationToken)
    {
        string[] lines = await File.ReadAllLinesAsync(Path.Combine(AppContext.BaseDirectory, path), cancellationToken);
        return new Table(lines[0].Split(','), [.. lines.Skip(1).Select(line => line.Split(','))]);
    }
}
