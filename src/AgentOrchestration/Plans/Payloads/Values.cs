using System.Collections;
using System.Runtime.InteropServices;

namespace AgentOrchestration.Plans.Payloads;

/// <summary>Compares values of the types that the serializer knows by itself, by all that they say.</summary>
internal static class Values
{
    public static bool AreSame(object written, object read) => (written, read) switch
    {
        (DateTimeOffset left, DateTimeOffset right) => left.EqualsExact(right),
        (DateTime left, DateTime right) => left == right && left.Kind == right.Kind,
        (Uri left, Uri right) => left.OriginalString == right.OriginalString,
        (byte[] left, byte[] right) => left.AsSpan().SequenceEqual(right),
        (Memory<byte> left, Memory<byte> right) => left.Span.SequenceEqual(right.Span),
        (ReadOnlyMemory<byte> left, ReadOnlyMemory<byte> right) => left.Span.SequenceEqual(right.Span),
        _ => written.Equals(read),
    };

    /// <summary>Compares lists of the common types without making an object of each element.</summary>
    /// <returns><see langword="null"/> for other lists.</returns>
    public static bool? AreSameLists(IEnumerable written, IEnumerable read) =>
        AreSameLists<string>(written, read) ?? AreSameLists<int>(written, read) ?? AreSameLists<long>(written, read)
        ?? AreSameLists<double>(written, read) ?? AreSameLists<float>(written, read) ?? AreSameLists<decimal>(written, read) ?? AreSameLists<bool>(written, read);

    private static bool? AreSameLists<T>(IEnumerable written, IEnumerable read) => (written, read) switch
    {
        (T[] left, T[] right) => left.AsSpan().SequenceEqual(right),
        (List<T> left, List<T> right) => CollectionsMarshal.AsSpan(left).SequenceEqual(CollectionsMarshal.AsSpan(right)),
        (T[] left, List<T> right) => left.AsSpan().SequenceEqual(CollectionsMarshal.AsSpan(right)),
        _ => null,
    };
}
