using System.Text;

namespace MarketReport.Reading;

/// <summary>The text of a file, whatever its encoding.</summary>
internal static class CsvText
{
    public static string Load(string path)
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

        var text = Decode(Bytes(path));
        if (string.IsNullOrWhiteSpace(text))
        {
            throw new MarketDataException($"'{path}' is empty. A report needs a header line and rows of data.");
        }

        if (text.Contains('\0', StringComparison.Ordinal))
        {
            throw new MarketDataException($"'{path}' is not a text file. Save the data as CSV (UTF-8).");
        }

        return text;
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

    private static string Decode(byte[] bytes)
    {
        try
        {
            // A byte order mark decides; without one, UTF-8.
            using var reader = new StreamReader(new MemoryStream(bytes), new UTF8Encoding(false, throwOnInvalidBytes: true));
            return reader.ReadToEnd();
        }
        catch (DecoderFallbackException)
        {
            return Encoding.Latin1.GetString(bytes);
        }
    }
}
