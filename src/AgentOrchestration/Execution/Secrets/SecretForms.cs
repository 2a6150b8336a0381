using System.Buffers;
using System.Globalization;
using System.Net;
using System.Security;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Unicode;

namespace AgentOrchestration.Execution.Secrets;

/// <summary>
/// How a secret reads when it has been written into something else: a URL, JSON, HTML, a header, a dump; also one of these within another. Letter
/// case is not looked at, so forms that differ in nothing else are one.
/// </summary>
internal static class SecretForms
{
    /// <summary>A shorter text is no secret, and would be found in every other message.</summary>
    public const int Shortest = 4;

    // Base64 writes three bytes as four characters, so what a text becomes depends on where in the whole it begins.
    private const int Alignments = 3;

    // What is longer is a document, such as a key file, of which forms within forms would take much memory.
    private const int LongestNested = 512;

    /// <summary>What represents itself wherever it is written.</summary>
    private static readonly SearchValues<char> Unescaped = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.");

    private static readonly JavaScriptEncoder[] JsonEncoders =
        [JavaScriptEncoder.Default, JavaScriptEncoder.UnsafeRelaxedJsonEscaping, JavaScriptEncoder.Create(UnicodeRanges.All)];

    /// <summary>The secret itself and its other forms.</summary>
    public static IEnumerable<string> Of(string secret)
    {
        var forms = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (string plain in (string[])[secret, secret.Trim()])
        {
            HashSet<string> written = [.. Written(plain)];
            forms.UnionWith(written);
            if (plain.Length > LongestNested)
            {
                forms.UnionWith(Encoded(plain));
            }
            else
            {
                string[] encoded = [.. written.SelectMany(Encoded).Distinct()];
                forms.UnionWith(written.Concat(encoded).SelectMany(Written));
            }
        }

        forms.UnionWith(Lines(secret).SelectMany(Written));
        return forms.Where(form => form.Length >= Shortest);
    }

    /// <summary>A form as it reads in a text in which everything is decoded, again and again or once.</summary>
    public static IEnumerable<string> Decoded(string form)
    {
        string[] decoded = [DecodedText.Fold(form), DecodedText.Decode(form)];
        return decoded.Where(text => text.Length >= Shortest);
    }

    /// <summary>The lines of a key file, of which a message may quote one.</summary>
    private static IEnumerable<string> Lines(string secret)
    {
        const int ShortestLine = 12;
        foreach (string line in secret.Split('\n', StringSplitOptions.TrimEntries))
        {
            if (line.Length >= ShortestLine && line.Length < secret.Length)
            {
                yield return line;
            }
        }
    }

    /// <summary>A text within another text.</summary>
    private static IEnumerable<string> Written(string text)
    {
        yield return text;
        if (!text.AsSpan().ContainsAnyExcept(Unescaped))
        {
            yield break;
        }

        string url = Uri.EscapeDataString(text);
        yield return url;
        yield return WebUtility.UrlEncode(text);

        // Browsers, and parts of a URL that keep what is reserved.
        yield return Kept(url, "!'()*");
        yield return Kept(url, "!'()*:/?#[]@$&+,;=");
        foreach (JavaScriptEncoder encoder in JsonEncoders)
        {
            yield return encoder.Encode(text);
        }

        string json = JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(text);
        yield return json.Replace("/", "\\/", StringComparison.Ordinal);
        yield return AsciiJson(json);
        yield return WebUtility.HtmlEncode(text);
        yield return HtmlEncoder.Default.Encode(text);
        yield return SecurityElement.Escape(text);
        yield return text.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal);
    }

    /// <summary>The bytes of a text as characters.</summary>
    private static IEnumerable<string> Encoded(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        yield return Convert.ToHexString(bytes);
        yield return BitConverter.ToString(bytes);
        yield return BitConverter.ToString(bytes).Replace('-', ' ');
        yield return BitConverter.ToString(bytes).Replace('-', ':');
        string whole = Convert.ToBase64String(bytes);
        yield return whole;
        yield return ForUrl(whole);
        for (int before = 0; before < Alignments; before++)
        {
            string part = PartOfBase64(bytes, before);
            yield return part;
            yield return ForUrl(part);
        }
    }

    /// <summary>The characters that depend on nothing but the secret, when so many bytes stand before it.</summary>
    private static string PartOfBase64(byte[] secret, int before)
    {
        const int BitsOfByte = 8;
        const int BitsOfCharacter = 6;
        string text = Convert.ToBase64String([.. new byte[before], .. secret]);
        int first = ((before * BitsOfByte) + BitsOfCharacter - 1) / BitsOfCharacter;
        int end = (before + secret.Length) * BitsOfByte / BitsOfCharacter;
        return text[first..end];
    }

    private static string ForUrl(string base64) => base64.Replace('+', '-').Replace('/', '_').TrimEnd('=');

    private static string Kept(string url, string characters)
    {
        foreach (char character in characters)
        {
            url = url.Replace(Uri.HexEscape(character), character.ToString(), StringComparison.Ordinal);
        }

        return url;
    }

    private static string AsciiJson(string json)
    {
        var ascii = new StringBuilder(json.Length);
        foreach (char character in json)
        {
            _ = char.IsAscii(character) ? ascii.Append(character) : ascii.Append(CultureInfo.InvariantCulture, $"\\u{(int)character:x4}");
        }

        return ascii.ToString();
    }
}
