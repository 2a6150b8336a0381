using System.Collections;
using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace AgentOrchestration.Plans.Payloads;

/// <summary>
/// Finds values that JSON cannot hold, without writing any: numbers that are not finite, and JSON whose document has been disposed of. Of each
/// type it is found out once whether its values can hold such; the others cost nothing. Lists that are made while they are read are not read.
/// </summary>
internal sealed class UnwritableValues(PayloadShapes shapes)
{
    /// <summary>What is beyond is found when it is written.</summary>
    private const int MostVisits = 10_000;

    private const int Deepest = 64;

    private readonly ConcurrentDictionary<Type, bool> _mayHold = [];
    private readonly ConcurrentDictionary<PayloadShape, PayloadMember[]> _members = [];
    // The type that was asked for last and can hold none: most runs ask for one type again and again.
    private Type? _harmless;

    private readonly bool _writesAllNumbers = shapes.Options.NumberHandling.HasFlag(JsonNumberHandling.AllowNamedFloatingPointLiterals);

    /// <returns>The first such value with its place, or <see langword="null"/>.</returns>
    public PayloadDifference? Find(object? value, Type declared)
    {
        if (value is null || ReferenceEquals(Volatile.Read(ref _harmless), declared))
        {
            return null;
        }

        if (!MayHold(declared))
        {
            Volatile.Write(ref _harmless, declared);
            return null;
        }

        int visitsLeft = MostVisits;
        return Find(value, declared, depth: 0, ref visitsLeft);
    }

    private bool MayHold(Type type) => _mayHold.TryGetValue(type, out bool mayHold) ? mayHold : _mayHold.GetOrAdd(type, MayHold(type, []));

    private bool MayHold(Type type, HashSet<Type> open)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        PayloadShape shape = shapes.Of(type);
        if (type == typeof(double) || type == typeof(float) || type == typeof(Half))
        {
            return !_writesAllNumbers && shape.Kind == PayloadKind.Value;
        }

        return open.Add(type) && shape.Kind switch
        {
            PayloadKind.Json => true,
            PayloadKind.Value => shape.IsWrittenByRuntimeType,
            PayloadKind.Object => shape.IsWrittenByRuntimeType || shape.Members.Any(member => !member.IsWrittenInItsOwnWay && MayHold(member.Type, open)),
            PayloadKind.List or PayloadKind.Dictionary => MayHold(shape.ElementType, open),
            _ => false,
        };
    }

    private PayloadDifference? Find(object? value, Type declared, int depth, ref int visitsLeft)
    {
        if (value is null || depth > Deepest || --visitsLeft < 0)
        {
            return null;
        }

        switch (value)
        {
            case double or float or Half:
                return _writesAllNumbers || IsFinite(value) ? null : new PayloadDifference("", "a number is not finite");
            case JsonElement or JsonDocument or JsonNode:
                return IsDisposed(value) ? new PayloadDifference("", "the JSON belongs to a document that has been disposed of; return a clone of it") : null;
        }

        PayloadShape shape = shapes.Of(declared);
        if (shape.IsWrittenByRuntimeType && value.GetType() != declared)
        {
            return MayHold(value.GetType()) ? Find(value, value.GetType(), depth + 1, ref visitsLeft) : null;
        }

        return shape.Kind switch
        {
            PayloadKind.Object => FindInMembers(value, shape, depth, ref visitsLeft),
            PayloadKind.List when value is ICollection || shape.IsSet => FindInList((IEnumerable)value, shape.ElementType, depth, ref visitsLeft),
            PayloadKind.Dictionary when value is IDictionary map => FindInDictionary(map, shape.ElementType, depth, ref visitsLeft),
            _ => null,
        };
    }

    private PayloadMember[] MembersToVisit(PayloadShape shape) => [.. shape.Members.Where(member => !member.IsWrittenInItsOwnWay && MayHold(member.Type))];

    private PayloadDifference? FindInMembers(object value, PayloadShape shape, int depth, ref int visitsLeft)
    {
        foreach (PayloadMember member in _members.TryGetValue(shape, out PayloadMember[]? members) ? members : _members.GetOrAdd(shape, MembersToVisit))
        {
            if (Find(ValueOf(member, value), member.Type, depth + 1, ref visitsLeft) is { } found)
            {
                return found.Under(member.Name);
            }
        }

        return null;
    }

    private PayloadDifference? FindInList(IEnumerable list, Type elementType, int depth, ref int visitsLeft)
    {
        int index = list switch
        {
            double[] numbers => IndexOfNotFinite(numbers),
            List<double> numbers => IndexOfNotFinite(CollectionsMarshal.AsSpan(numbers)),
            _ => -1,
        };
        if (list is double[] or List<double>)
        {
            return index < 0 || _writesAllNumbers ? null : new PayloadDifference("", "a number is not finite").Under(index);
        }

        foreach (object? element in list)
        {
            index++;
            if (Find(element, elementType, depth + 1, ref visitsLeft) is { } found)
            {
                return found.Under(index);
            }

            if (visitsLeft < 0)
            {
                return null;
            }
        }

        return null;
    }

    private PayloadDifference? FindInDictionary(IDictionary map, Type elementType, int depth, ref int visitsLeft)
    {
        foreach (DictionaryEntry entry in map)
        {
            if (Find(entry.Value, elementType, depth + 1, ref visitsLeft) is { } found)
            {
                return found.Under(entry.Key.ToString() ?? "");
            }
        }

        return null;
    }

    /// <summary>A member that throws is found out when it is written.</summary>
    private static object? ValueOf(PayloadMember member, object value)
    {
        try
        {
            return member.Get(value);
        }
        catch (Exception)
        {
            return null;
        }
    }

    private static int IndexOfNotFinite(ReadOnlySpan<double> numbers)
    {
        for (int i = 0; i < numbers.Length; i++)
        {
            if (!double.IsFinite(numbers[i]))
            {
                return i;
            }
        }

        return -1;
    }

    private static bool IsFinite(object number) => number switch
    {
        double value => double.IsFinite(value),
        float value => float.IsFinite(value),
        _ => Half.IsFinite((Half)number),
    };

    private static bool IsDisposed(object json)
    {
        try
        {
            _ = json switch
            {
                JsonElement element => element.ValueKind,
                JsonDocument document => document.RootElement.ValueKind,
                JsonObject node => node.Count > 0 ? JsonValueKind.Object : default,
                JsonArray node => node.Count > 0 ? JsonValueKind.Array : default,
                JsonNode node => node.GetValueKind(),
                _ => default,
            };
            return false;
        }
        catch (ObjectDisposedException)
        {
            return true;
        }
    }
}
