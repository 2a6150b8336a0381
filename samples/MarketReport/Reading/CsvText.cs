using System.Text;
using MarketReport.Publishing;

namespace MarketReport.Reading;

/// <summary>The text of a file, whatever its encoding.</summary>
/// <param name="Text">The text; what would steer the terminal that shows it is replaced.</param>
/// <param name="IsWindows1252">Whether the bytes were no UTF-8 and were read as Windows-1252.</param>
internal sealed record CsvText(string Text, bool IsWindows1252)
{
    private const int Windows1252 = 1252;

    public static CsvText Load(string path)
    {
        if (string.IsNullOrWhiteSpace(path))
        {
            throw new MarketDataException("No CSV file was named. Give the path of a CSV file.");
        }

        if (Directory.Exists(path))
        {
            throw new MarketDataException($"'{path}' is a directory. Give the path of a CSV file in it.");
        }

        if (!File.Exists(path))
        {
            throw new MarketDataException($"There is no file '{path}'. Check the path; it is taken relative to the current directory.");
        }

        var loaded = Decode(Bytes(path));
        if (string.IsNullOrWhiteSpace(loaded.Text))
        {
            throw new MarketDataException($"'{path}' is empty. A report needs a header line and rows of data.");
        }

        if (loaded.Text.Contains('\0', StringComparison.Ordinal))
        {
            throw new MarketDataException($"'{path}' is not a text file. Save the data as CSV (UTF-8).");
        }

        return loaded with { Text = VisibleText.Block(loaded.Text) };
    }

    private static byte[] Bytes(string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new MarketDataException($"'{path}' cannot be read: {exception.Message} Check its permissions and whether another program holds it.", exception);
        }
    }

    private static CsvText Decode(byte[] bytes)
    {
        try
        {
            // A byte order mark decides; without one, UTF-8.
            using var reader = new StreamReader(new MemoryStream(bytes), new UTF8Encoding(false, throwOnInvalidBytes: true));
            return new CsvText(reader.ReadToEnd(), IsWindows1252: false);
        }
        catch (DecoderFallbackException)
        {
            return new CsvText(CodePagesEncodingProvider.Instance.GetEncoding(Windows1252)!.GetString(bytes), IsWindows1252: true);
        }
    }
}
