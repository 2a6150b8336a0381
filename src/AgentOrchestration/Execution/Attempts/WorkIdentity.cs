using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using AgentOrchestration.Tasks;

namespace AgentOrchestration.Execution.Attempts;

/// <summary>
/// Names a piece of work so that equal work has equal names and other work has not: the SHA-256 of task type, version and input.
/// Every part is preceded by its length, and the properties of the input stand in ordinal order.
/// </summary>
internal static class WorkIdentity
{
    public static string Of(TaskDescriptor taskType, JsonElement input)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append(hash, taskType.Name);
        Append(hash, taskType.Version);
        Append(hash, input);
        return Convert.ToHexString(hash.GetHashAndReset());
    }

    /// <summary>The name of work that a document says all about.</summary>
    public static string Of(JsonElement document)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append(hash, document);
        return Convert.ToHexString(hash.GetHashAndReset());
    }

    private static void Append(IncrementalHash hash, JsonElement element)
    {
        Append(hash, (int)element.ValueKind);
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                Append(hash, element.GetPropertyCount());
                foreach (JsonProperty property in element.EnumerateObject().OrderBy(property => property.Name, StringComparer.Ordinal))
                {
                    Append(hash, property.Name);
                    Append(hash, property.Value);
                }

                break;
            case JsonValueKind.Array:
                Append(hash, element.GetArrayLength());
                foreach (JsonElement item in element.EnumerateArray())
                {
                    Append(hash, item);
                }

                break;
            case JsonValueKind.Undefined:
                break;
            case JsonValueKind.String:
                Append(hash, element.GetString()!);
                break;
            default:
                Append(hash, element.GetRawText());
                break;
        }
    }

    private static void Append(IncrementalHash hash, string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        Append(hash, bytes.Length);
        hash.AppendData(bytes);
    }

    private static void Append(IncrementalHash hash, int number)
    {
        Span<byte> bytes = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, number);
        hash.AppendData(bytes);
    }
}
