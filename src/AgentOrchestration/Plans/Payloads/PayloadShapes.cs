using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace AgentOrchestration.Plans.Payloads;

/// <summary>Finds out what is to be known of types, by the serializer's metadata, and where there is reflection by their fields.</summary>
internal sealed class PayloadShapes(JsonSerializerOptions options)
{
    private static readonly string[] ComparerNames = ["Comparer", "KeyComparer", "ValueComparer"];

    private static readonly Type[] PlainLists =
        [typeof(List<>), typeof(IEnumerable<>), typeof(ICollection<>), typeof(IList<>), typeof(IReadOnlyCollection<>), typeof(IReadOnlyList<>)];

    private readonly ConcurrentDictionary<Type, PayloadShape> _shapes = [];

    public JsonSerializerOptions Options { get; } = options;

    public PayloadShape Of(Type type) => _shapes.TryGetValue(type, out PayloadShape? shape) ? shape : _shapes.GetOrAdd(type, Create);

    /// <summary>The type whose values stand for those of a type: a boxed nullable is a value.</summary>
    private static Type Unwrap(Type type) => Nullable.GetUnderlyingType(type) ?? type;

    private PayloadShape Create(Type type)
    {
        type = Unwrap(type);
        if (type == typeof(JsonElement) || type == typeof(JsonDocument) || type.IsAssignableTo(typeof(JsonNode)))
        {
            return new PayloadShape { Kind = PayloadKind.Json };
        }

        bool isOfFramework = IsOfFramework(type);
        if (!TryGetTypeInfo(type, out JsonTypeInfo? typeInfo) || (typeInfo.Kind == JsonTypeInfoKind.None && !IsBuiltIn(typeInfo.Converter)))
        {
            return new PayloadShape
            {
                Kind = PayloadKind.Opaque,
                IsOfFramework = isOfFramework,
                HasEquality = HasEquality(type),
                State = StateOf(type, []),
                IsStateKnown = RuntimeFeature.IsDynamicCodeSupported,
            };
        }

        return typeInfo.Kind switch
        {
            JsonTypeInfoKind.None => new PayloadShape
            {
                Kind = PayloadKind.Value,
                IsPlain = type.IsPrimitive || type.IsEnum || type == typeof(decimal) || type == typeof(Guid) || type == typeof(TimeSpan),
                IsExact = type.IsValueType || type == typeof(string) || type == typeof(byte[]),
                IsWrittenByRuntimeType = type == typeof(object),
            },
            JsonTypeInfoKind.Object => OfObject(type, typeInfo, isOfFramework),
            _ => OfCollection(type, typeInfo),
        };
    }

    private PayloadShape OfCollection(Type type, JsonTypeInfo typeInfo)
    {
        Type element = Unwrap(typeInfo.ElementType ?? typeof(object));
        bool isDictionary = typeInfo.Kind == JsonTypeInfoKind.Dictionary;
        bool isPlain = type.IsArray || (type.IsGenericType && PlainLists.Contains(type.GetGenericTypeDefinition()));
        return new PayloadShape
        {
            Kind = isDictionary ? PayloadKind.Dictionary : PayloadKind.List,
            IsExact = !isDictionary && isPlain && element != type && Of(element).IsExact,
            IsItsElements = isPlain,
            IsSet = !isDictionary && IsSet(type),
            ElementType = element,
            State = StateOf(type, []),
            Comparers = ComparersOf(type),
        };
    }

    private static PayloadShape OfObject(Type type, JsonTypeInfo typeInfo, bool isOfFramework)
    {
        PayloadMember[] members =
        [
            .. typeInfo.Properties.Where(property => property.Get is not null).Select(property => new PayloadMember(
                property.Name, (property.AttributeProvider as MemberInfo)?.Name, property.PropertyType, property.Set is not null || property.AssociatedParameter is not null, property.Get!)
            {
                IsWrittenInItsOwnWay = property.CustomConverter is not null || property.NumberHandling?.HasFlag(JsonNumberHandling.AllowNamedFloatingPointLiterals) == true,
            }),
        ];
        return new PayloadShape
        {
            Kind = PayloadKind.Object,
            IsOfFramework = isOfFramework,
            HasEquality = isOfFramework && HasEquality(type),
            Members = members,
            State = StateOf(type, [.. members.Where(member => member.IsRead).Select(member => member.ClrName ?? "")]),
            IsStateKnown = RuntimeFeature.IsDynamicCodeSupported && (type.IsValueType || !isOfFramework),
            IsWrittenByRuntimeType = typeInfo.PolymorphismOptions is not null,
        };
    }

    private bool TryGetTypeInfo(Type type, [NotNullWhen(true)] out JsonTypeInfo? typeInfo)
    {
        try
        {
            return Options.TryGetTypeInfo(type, out typeInfo);
        }
        catch (Exception exception) when (exception is NotSupportedException or InvalidOperationException or ArgumentException)
        {
            // The serializer refuses the type: nothing was written of it either.
            typeInfo = null;
            return false;
        }
    }

    private static bool IsBuiltIn(JsonConverter converter) => converter.GetType().Assembly == typeof(JsonSerializer).Assembly;

    private static bool IsOfFramework(Type type) =>
        type.Assembly == typeof(object).Assembly || type.Assembly.GetName().Name?.StartsWith("System.", StringComparison.Ordinal) == true;

    /// <summary>The fields that no member shows which JSON sets.</summary>
    [UnconditionalSuppressMessage("Trimming", "IL2070", Justification = "Fields that have been trimmed are not compared; what JSON holds is.")]
    [UnconditionalSuppressMessage("Trimming", "IL2075", Justification = "Fields that have been trimmed are not compared; what JSON holds is.")]
    private static FieldInfo[] StateOf(Type type, HashSet<string> shown)
    {
        List<FieldInfo> state = [];
        for (Type? declaring = type; declaring is not null && (declaring.IsValueType ? declaring == type && !type.IsPrimitive : !IsOfFramework(declaring)); declaring = declaring.BaseType)
        {
            foreach (FieldInfo field in declaring.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            {
                bool isEvent = field.FieldType.IsAssignableTo(typeof(Delegate)) && declaring.GetEvent(field.Name, BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic) is not null;
                if (!isEvent && !field.IsDefined(typeof(NonSerializedAttribute), inherit: false) && !shown.Contains(NameOf(field)))
                {
                    state.Add(field);
                }
            }
        }

        return [.. state];
    }

    /// <summary>The name of a field as code has it: a property's, when it is the property's.</summary>
    public static string NameOf(FieldInfo field)
    {
        int end = field.Name.StartsWith('<') ? field.Name.IndexOf('>', StringComparison.Ordinal) : -1;
        return end > 1 ? field.Name[1..end] : field.Name;
    }

    [UnconditionalSuppressMessage("Trimming", "IL2070", Justification = "Where properties have been trimmed, the comparer is found out by what it does.")]
    private static PropertyInfo[] ComparersOf(Type type) =>
    [
        .. ComparerNames.Select(name => type.GetProperties(BindingFlags.Instance | BindingFlags.Public).FirstOrDefault(property => property.Name == name && property.GetMethod is not null))
            .OfType<PropertyInfo>(),
    ];

    [UnconditionalSuppressMessage("Trimming", "IL2070", Justification = "Interfaces that have been trimmed have no users.")]
    private static bool IsSet(Type type) =>
        type.GetInterfaces().Append(type).Any(candidate => candidate.IsGenericType && candidate.GetGenericTypeDefinition() is var definition && (definition == typeof(ISet<>) || definition == typeof(IReadOnlySet<>)));

    [UnconditionalSuppressMessage("Trimming", "IL2070", Justification = "A method that has been trimmed is not called by anybody.")]
    private static bool HasEquality(Type type) =>
        type.IsValueType || (type.GetMethod(nameof(Equals), BindingFlags.Instance | BindingFlags.Public, [typeof(object)])?.DeclaringType is { } declaring && declaring != typeof(object));
}
