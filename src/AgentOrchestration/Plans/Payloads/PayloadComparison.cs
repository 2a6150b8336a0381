using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;
using AgentOrchestration.Plans.Json;

namespace AgentOrchestration.Plans.Payloads;

/// <summary>Compares a value with what its JSON has returned. For one comparison.</summary>
/// <param name="shapes">What is known of types.</param>
/// <param name="areTextsWhole">Whether no text of the value has lost half a character.</param>
internal sealed class PayloadComparison(PayloadShapes shapes, bool areTextsWhole)
{
    /// <summary>JSON is hardly nested deeper; objects that are may go round.</summary>
    private const int DepthOfTrees = 64;

    private HashSet<(object, object)>? _seen;
    private int _depth;

    /// <summary>Where a pair of values comes from, which decides what must be looked at.</summary>
    private enum Origin
    {
        /// <summary>The copy was read from JSON that was written of the value.</summary>
        Json,

        /// <summary>A member of such objects: a setter or a constructor may have changed it.</summary>
        Member,

        /// <summary>A field that JSON knows nothing of.</summary>
        State,
    }

    /// <param name="written">The value.</param>
    /// <param name="read">The copy.</param>
    /// <param name="declared">The type that the value was written as.</param>
    public PayloadDifference? Find(object? written, object? read, Type declared) => Find(written, read, declared, Origin.Json);

    private PayloadDifference? Find(object? written, object? read, Type declared, Origin origin, PayloadShape? known = null)
    {
        if (ReferenceEquals(written, read) || (written is string left && read is string right && left == right))
        {
            return null;
        }

        if (written is null || read is null)
        {
            return PayloadDifference.Between(written, read);
        }

        PayloadShape? shape = written.GetType() == read.GetType() ? known ?? shapes.Of(written.GetType()) : null;
        if (shape is { IsPlain: true })
        {
            return written.Equals(read) ? null : PayloadDifference.Between(written, read);
        }

        if ((written is Delegate && read is Delegate) || (shape is not null && written.GetType() == typeof(object)))
        {
            // One is as good as another: code, and what is only locked.
            return null;
        }

        if ((shape is null or { Kind: PayloadKind.Json }) && JsonTexts.AreJson(written, read))
        {
            return JsonTexts.AreEqual(written, read) ? null : new PayloadDifference("", "the JSON comes back changed");
        }

        if (shape is null && declared.IsInterface && shapes.Of(declared) is { Kind: PayloadKind.List or PayloadKind.Dictionary } collection)
        {
            // Collections behind interfaces count by their content.
            shape = collection;
        }

        if (shape is null)
        {
            return PayloadDifference.Between(written, read);
        }

        if (origin == Origin.Json && areTextsWhole && shape.IsExact)
        {
            return null;
        }

        return shape.Kind != PayloadKind.Value ? FindDeeper(written, read, shape, origin)
            : Values.AreSame(written, read) ? null
            : PayloadDifference.Between(written, read);
    }

    private PayloadDifference? FindDeeper(object written, object read, PayloadShape shape, Origin origin)
    {
        if (++_depth > DepthOfTrees && !(_seen ??= new(PairComparer.Instance)).Add((written, read)))
        {
            _depth--;
            return null;
        }

        RuntimeHelpers.EnsureSufficientExecutionStack();
        PayloadDifference? difference = shape.Kind switch
        {
            PayloadKind.List => FindInLists((IEnumerable)written, (IEnumerable)read, shape, origin) ?? FindInState(written, read, shape),
            PayloadKind.Dictionary => FindInDictionaries(written, read, shape, origin) ?? FindInState(written, read, shape),
            PayloadKind.Object when origin != Origin.State => FindInMembers(written, read, shape),
            _ => FindInOthers(written, read, shape),
        };
        _depth--;
        return difference;
    }

    /// <summary>What JSON sets is compared first, so that a difference has the name that it has in JSON.</summary>
    private PayloadDifference? FindInMembers(object written, object read, PayloadShape shape)
    {
        PayloadDifference? derived = null;
        foreach (PayloadMember member in shape.Members)
        {
            PayloadShape? known = member.Shape ??= member.Type.IsSealed ? shapes.Of(member.Type) : null;
            if (member.IsRead)
            {
                if (Find(member.Get(written), member.Get(read), member.Type, Origin.Member, known) is { } difference)
                {
                    return difference.Under(member.Name);
                }
            }
            else
            {
                // Also where the state decides: what an object computes once and keeps, both now keep.
                PayloadDifference? difference = Find(member.Get(written), member.Get(read), member.Type, Origin.Member, known);
                derived ??= difference?.Under(member.Name);
            }
        }

        return shape.IsStateKnown ? FindInState(written, read, shape) is { } hidden ? derived ?? hidden : null : derived;
    }

    private PayloadDifference? FindInState(object written, object read, PayloadShape shape)
    {
        foreach (FieldInfo field in shape.State)
        {
            if (Find(field.GetValue(written), field.GetValue(read), field.FieldType, Origin.State) is { } difference)
            {
                return difference.Under(PayloadShapes.NameOf(field));
            }
        }

        return null;
    }

    /// <summary>What a class of .NET keeps to itself is its own: a lock, a delegate, a stream.</summary>
    private PayloadDifference? FindInOthers(object written, object read, PayloadShape shape)
    {
        if (shape.IsOfFramework && !shape.HasEquality)
        {
            return null;
        }

        bool isDecidedByType = shape.IsOfFramework && !written.GetType().IsGenericType;
        return isDecidedByType ? written.Equals(read) ? null : PayloadDifference.Between(written, read)
            : shape.IsStateKnown ? FindInState(written, read, shape)
            : !shape.HasEquality || written.Equals(read) ? null
            : PayloadDifference.Between(written, read);
    }

    private PayloadDifference? FindInLists(IEnumerable written, IEnumerable read, PayloadShape shape, Origin origin)
    {
        if (CollectionComparers.Find(written, read, shapes) is { } comparers)
        {
            return comparers;
        }

        if (Values.AreSameLists(written, read) is { } areSame && areSame)
        {
            return null;
        }

        PayloadDifference? difference = FindInOrder(written, read, shape.ElementType, origin == Origin.Json && !shape.IsItsElements ? Origin.Member : origin);
        return difference is not null && shape.IsSet && AreSameSets(written, read, shape.ElementType) ? null : difference;
    }

    private PayloadDifference? FindInOrder(IEnumerable written, IEnumerable read, Type elementType, Origin origin)
    {
        PayloadShape? known = elementType.IsSealed ? shapes.Of(elementType) : null;
        IEnumerator left = written.GetEnumerator();
        IEnumerator right = read.GetEnumerator();
        try
        {
            for (int index = 0; ; index++)
            {
                bool hasLeft = left.MoveNext();
                if (hasLeft != right.MoveNext())
                {
                    return new PayloadDifference("", "a list comes back with another number of elements").Under(index);
                }

                if (!hasLeft)
                {
                    return null;
                }

                if (Find(left.Current, right.Current, elementType, origin, known) is { } difference)
                {
                    return difference.Under(index);
                }
            }
        }
        finally
        {
            (left as IDisposable)?.Dispose();
            (right as IDisposable)?.Dispose();
        }
    }

    private PayloadDifference? FindInDictionaries(object written, object read, PayloadShape shape, Origin origin)
    {
        if (CollectionComparers.Find(written, read, shapes) is { } comparers)
        {
            return comparers;
        }

        if (written is not IDictionary left || read is not IDictionary right)
        {
            return FindInOrder((IEnumerable)written, (IEnumerable)read, typeof(object), Origin.State);
        }

        if (left.Count != right.Count)
        {
            return new PayloadDifference("", "a dictionary comes back with another number of entries");
        }

        foreach (DictionaryEntry entry in left)
        {
            string name = Convert.ToString(entry.Key, CultureInfo.InvariantCulture) ?? "";
            if (!right.Contains(entry.Key))
            {
                return new PayloadDifference("", "a key does not come back").Under(name);
            }

            if (Find(entry.Value, right[entry.Key], shape.ElementType, origin) is { } difference)
            {
                return difference.Under(name);
            }
        }

        return null;
    }

    /// <summary>A set that is read back may have another order.</summary>
    private bool AreSameSets(IEnumerable written, IEnumerable read, Type elementType)
    {
        return TextsOf(written).SequenceEqual(TextsOf(read), StringComparer.Ordinal);

        IEnumerable<string> TextsOf(IEnumerable set) =>
            set.Cast<object?>().Select(element => JsonSerializer.Serialize(element, JsonMetadata.Of(shapes.Options, elementType))).Order(StringComparer.Ordinal);
    }

    private sealed class PairComparer : IEqualityComparer<(object, object)>
    {
        public static PairComparer Instance { get; } = new();

        public bool Equals((object, object) x, (object, object) y) => ReferenceEquals(x.Item1, y.Item1) && ReferenceEquals(x.Item2, y.Item2);

        public int GetHashCode((object, object) obj) => HashCode.Combine(RuntimeHelpers.GetHashCode(obj.Item1), RuntimeHelpers.GetHashCode(obj.Item2));
    }
}
