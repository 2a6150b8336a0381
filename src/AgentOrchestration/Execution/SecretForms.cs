using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace AgentOrchestration.Execution;

/// <summary>How a secret reads when it has been written into something else: a URL, JSON, a header.</summary>
internal static partial class SecretForms
{
    // Base64 writes three bytes as four characters, so what a text becomes depends on where in the whole it begins.
    private const int Alignments = 3;

    /// <summary>The secret itself and its other forms.</summary>
    public static IEnumerable<string> Of(string secret)
    {
        yield return secret;
        foreach (string url in (string[])[Uri.EscapeDataString(secret), WebUtility.UrlEncode(secret)])
        {
            yield return url;
            yield return LowerDigits(url);
        }

        foreach (JavaScriptEncoder encoder in (JavaScriptEncoder[])[JavaScriptEncoder.Default, JavaScriptEncoder.UnsafeRelaxedJsonEscaping])
        {
            yield return JsonEncodedText.Encode(secret, encoder).ToString();
        }

        byte[] bytes = Encoding.UTF8.GetBytes(secret);
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

    private static string LowerDigits(string url) => EncodedByte().Replace(url, match => match.Value.ToLower(CultureInfo.InvariantCulture));

    [GeneratedRegex("%[0-9A-F]{2}", RegexOptions.CultureInvariant)]
    private static partial Regex EncodedByte();
}
