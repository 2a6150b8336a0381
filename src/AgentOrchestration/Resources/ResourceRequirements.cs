using System.Text.Json.Serialization;
using AgentOrchestration.Resources;

namespace AgentOrchestration;

/// <summary>
/// Describes what work must hold to run: an amount of each of some named resources, taken all at once or not at all. Immutable, and equal to any
/// other instance with the same amounts.
/// </summary>
/// <example>
/// <code>
/// plan.Add("render", "render_page", options: new() { Resources = ResourceRequirements.Of(new ResourceAmount("gpu", 1), new ResourceAmount("memory", 2_048)) });
/// </code>
/// </example>
[JsonConverter(typeof(ResourceRequirementsJsonConverter))]
public sealed class ResourceRequirements : IEquatable<ResourceRequirements>
{
    private readonly ResourceAmount[] _amounts;
    private readonly int _hashCode;
    private ResourcesReleasedEventArgs? _asReleased;

    private ResourceRequirements(ResourceAmount[] sortedAmounts)
    {
        _amounts = sortedAmounts;
        var hash = default(HashCode);
        foreach (ResourceAmount amount in sortedAmounts)
        {
            hash.Add(amount);
        }

        _hashCode = hash.ToHashCode();
    }

    /// <summary>Gets the requirements of work that holds no resource.</summary>
    /// <value>An empty instance.</value>
    public static ResourceRequirements None { get; } = new([]);

    /// <summary>Gets the amounts.</summary>
    /// <value>Ordered by name.</value>
    public IReadOnlyList<ResourceAmount> Amounts => _amounts;

    /// <summary>Gets a value that indicates whether nothing is required.</summary>
    /// <value><see langword="true"/> when there are no amounts; otherwise <see langword="false"/>.</value>
    public bool IsNone => _amounts.Length == 0;

    internal ReadOnlySpan<ResourceAmount> AmountSpan => _amounts;

    /// <summary>What is reported when they are returned.</summary>
    internal ResourcesReleasedEventArgs AsReleased => _asReleased ??= new ResourcesReleasedEventArgs(Array.ConvertAll(_amounts, amount => amount.Name));

    /// <summary>What is required of one resource; 0 for nothing.</summary>
    internal long AmountOf(string name)
    {
        foreach (ResourceAmount amount in _amounts)
        {
            if (amount.Name == name)
            {
                return amount.Amount;
            }
        }

        return 0;
    }

    /// <summary>Makes requirements from amounts.</summary>
    /// <param name="amounts">Each resource at most once, each amount greater than zero.</param>
    /// <returns>The requirements, ordered by name.</returns>
    /// <exception cref="ArgumentException">A name is empty or named twice.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An amount is zero or negative.</exception>
    public static ResourceRequirements Of(params IEnumerable<ResourceAmount> amounts)
    {
        ArgumentNullException.ThrowIfNull(amounts);
        ResourceAmount[] sorted = [.. amounts];
        if (sorted.Length == 0)
        {
            return None;
        }

        Array.Sort(sorted, static (left, right) => string.CompareOrdinal(left.Name, right.Name));
        for (int i = 0; i < sorted.Length; i++)
        {
            ArgumentException.ThrowIfNullOrWhiteSpace(sorted[i].Name, nameof(amounts));
            if (sorted[i].Amount <= 0)
            {
                throw new ArgumentOutOfRangeException(
                    nameof(amounts), $"The amount of '{sorted[i].Name}' is {sorted[i].Amount}; it must be greater than zero.");
            }

            if (i > 0 && sorted[i].Name == sorted[i - 1].Name)
            {
                throw new ArgumentException($"'{sorted[i].Name}' is named twice; add the amounts up.", nameof(amounts));
            }
        }

        return new ResourceRequirements(sorted);
    }

    /// <summary>Makes requirements of a single resource.</summary>
    /// <param name="name">The pool's name.</param>
    /// <param name="amount">How much, greater than zero, in the pool's unit.</param>
    /// <returns>The requirements, ordered by name.</returns>
    /// <exception cref="ArgumentException"><paramref name="name"/> is empty.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="amount"/> is zero or negative.</exception>
    public static ResourceRequirements Of(string name, long amount) => Of(new ResourceAmount(name, amount));

    /// <summary>Computes the requirements that satisfy both these and <paramref name="other"/>: of each resource the larger amount.</summary>
    /// <param name="other">The other requirements.</param>
    /// <returns>The union.</returns>
    public ResourceRequirements Union(ResourceRequirements other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (other.IsNone)
        {
            return this;
        }

        return IsNone
            ? other
            : Of(_amounts.Concat(other._amounts)
                .GroupBy(amount => amount.Name, StringComparer.Ordinal)
                .Select(group => new ResourceAmount(group.Key, group.Max(amount => amount.Amount))));
    }

    /// <inheritdoc/>
    public bool Equals(ResourceRequirements? other) =>
        ReferenceEquals(this, other)
        || (other is not null && _hashCode == other._hashCode && _amounts.AsSpan().SequenceEqual(other._amounts));

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as ResourceRequirements);

    /// <inheritdoc/>
    public override int GetHashCode() => _hashCode;

    /// <inheritdoc/>
    public override string ToString() => IsNone ? "nothing" : string.Join(", ", _amounts);
}
