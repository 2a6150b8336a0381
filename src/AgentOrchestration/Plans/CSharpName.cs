using System.Text;

namespace AgentOrchestration.Plans;

/// <summary>The name of a type as C# code has it, so that it can be copied from a message into an attribute.</summary>
internal static class CSharpName
{
    private static readonly Dictionary<Type, string> Keywords = new()
    {
        [typeof(bool)] = "bool",
        [typeof(byte)] = "byte",
        [typeof(sbyte)] = "sbyte",
        [typeof(short)] = "short",
        [typeof(ushort)] = "ushort",
        [typeof(int)] = "int",
        [typeof(uint)] = "uint",
        [typeof(long)] = "long",
        [typeof(ulong)] = "ulong",
        [typeof(float)] = "float",
        [typeof(double)] = "double",
        [typeof(decimal)] = "decimal",
        [typeof(char)] = "char",
        [typeof(string)] = "string",
        [typeof(object)] = "object",
    };

    public static string Of(Type type)
    {
        var name = new StringBuilder();
        Append(name, type);
        return name.ToString();
    }

    private static void Append(StringBuilder name, Type type)
    {
        if (Keywords.TryGetValue(type, out string? keyword))
        {
            name.Append(keyword);
        }
        else if (type.IsArray)
        {
            AppendArray(name, type);
        }
        else if (Nullable.GetUnderlyingType(type) is { } underlying)
        {
            Append(name, underlying);
            name.Append('?');
        }
        else
        {
            AppendNested(name, type, type.GetGenericArguments());
        }
    }

    /// <summary>An array of arrays names the outermost first, C# has it last.</summary>
    private static void AppendArray(StringBuilder name, Type type)
    {
        List<int> ranks = [];
        for (; type.IsArray; type = type.GetElementType()!)
        {
            ranks.Add(type.GetArrayRank());
        }

        Append(name, type);
        ranks.ForEach(rank => name.Append('[').Append(',', rank - 1).Append(']'));
    }

    /// <summary>A nested type has the arguments of those around it, too.</summary>
    private static void AppendNested(StringBuilder name, Type type, Type[] arguments)
    {
        int outer = 0;
        if (type is { DeclaringType: { } around, IsGenericParameter: false })
        {
            outer = around.GetGenericArguments().Length;
            AppendNested(name, around, arguments[..outer]);
            name.Append('.');
        }
        else if (type.Namespace is { Length: > 0 } space)
        {
            name.Append(space).Append('.');
        }

        int tick = type.Name.IndexOf('`', StringComparison.Ordinal);
        name.Append(tick < 0 ? type.Name : type.Name[..tick]);
        for (int i = outer; i < arguments.Length; i++)
        {
            name.Append(i == outer ? "<" : ", ");
            Append(name, arguments[i]);
        }

        if (arguments.Length > outer)
        {
            name.Append('>');
        }
    }
}
