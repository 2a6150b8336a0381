using System.Collections;
using System.Reflection;

namespace AgentOrchestration.Plans.Payloads;

/// <summary>Finds out whether a dictionary or a set still holds the same keys to be equal.</summary>
internal static class CollectionComparers
{
    private const int MostProbes = 8;

    public static PayloadDifference? Find(object written, object read, PayloadShapes shapes)
    {
        PayloadShape left = shapes.Of(written.GetType());
        PayloadShape right = written.GetType() == read.GetType() ? left : shapes.Of(read.GetType());
        bool isKnown = left.Comparers.Count > 0;
        foreach (PropertyInfo property in left.Comparers)
        {
            PropertyInfo? other = right.Comparers.FirstOrDefault(candidate => candidate.Name == property.Name && AreAlike(candidate.PropertyType, property.PropertyType));
            isKnown &= other is not null;
            if (other is not null && !AreSame(property.GetValue(written), other.GetValue(read)))
            {
                return new PayloadDifference("", $"an instance of {CSharpName.Of(written.GetType())} comes back without its comparer");
            }
        }

        return isKnown || AreSameByWhatTheyFind(written, read)
            ? null
            : new PayloadDifference("", $"an instance of {CSharpName.Of(written.GetType())} finds other keys than before when it comes back: its comparer is lost");
    }

    private static bool AreAlike(Type left, Type right) =>
        left == right || (left.IsGenericType && right.IsGenericType && left.GetGenericTypeDefinition() == right.GetGenericTypeDefinition());

    private static bool AreSame(object? left, object? right) => Equals(left, right) || (IsOrdinal(left) && IsOrdinal(right));

    private static bool IsOrdinal(object? comparer) =>
        comparer is null || ReferenceEquals(comparer, StringComparer.Ordinal) || ReferenceEquals(comparer, EqualityComparer<string>.Default);

    /// <summary>The comparer of a collection that does not show it, by how it takes keys in other case.</summary>
    private static bool AreSameByWhatTheyFind(object written, object read) => (written, read) switch
    {
        (IDictionary left, IDictionary right) => left.Keys.Cast<object>().Take(MostProbes).OfType<string>().Select(InOtherCase).All(key => left.Contains(key) == right.Contains(key)),
        (ISet<string> left, ISet<string> right) => left.Take(MostProbes).Select(InOtherCase).All(key => left.Contains(key) == right.Contains(key)),
        _ => true,
    };

    private static string InOtherCase(string key) =>
        string.Concat(key.Select(character => char.IsUpper(character) ? char.ToLowerInvariant(character) : char.ToUpperInvariant(character)));
}
