using System.Globalization;
using System.Linq.Expressions;

namespace AgentOrchestration.Plans.Expressions;

/// <summary>The conversions that C# adds by itself, which change nothing of the JSON of a value.</summary>
internal static class Conversions
{
    /// <summary>The numbers in an order in which each fits into those after it, integers with a sign and without apart.</summary>
    private static readonly TypeCode[] Signed = [TypeCode.SByte, TypeCode.Int16, TypeCode.Int32, TypeCode.Int64, TypeCode.Single, TypeCode.Double];

    private static readonly TypeCode[] Unsigned = [TypeCode.Byte, TypeCode.UInt16, TypeCode.UInt32, TypeCode.UInt64, TypeCode.Single, TypeCode.Double];

    public static bool IsLossless(UnaryExpression expression)
    {
        if (expression.NodeType is not (ExpressionType.Convert or ExpressionType.ConvertChecked or ExpressionType.TypeAs))
        {
            return false;
        }

        Type from = Underlying(expression.Operand.Type);
        Type to = Underlying(expression.Type);
        return expression.Method is { } method
            ? method.DeclaringType == typeof(decimal) && method.Name == "op_Implicit"
            : to.IsAssignableFrom(from) || (!from.IsEnum && !to.IsEnum && IsWider(Type.GetTypeCode(from), Type.GetTypeCode(to)));
    }

    /// <summary>Converts a value as a lossless conversion does.</summary>
    public static object? Convert(object? value, Type type) =>
        value is null || type.IsInstanceOfType(value) ? value : System.Convert.ChangeType(value, Underlying(type), CultureInfo.InvariantCulture);

    /// <summary>Removes lossless conversions.</summary>
    public static Expression Strip(Expression expression)
    {
        while (expression is UnaryExpression conversion && IsLossless(conversion))
        {
            expression = conversion.Operand;
        }

        return expression;
    }

    private static bool IsWider(TypeCode from, TypeCode to)
    {
        int wider = Array.IndexOf(Signed, to);
        return (Array.IndexOf(Signed, from) is >= 0 and var signed && signed < wider)
            || (Array.IndexOf(Unsigned, from) is >= 0 and var unsigned && (unsigned < Array.IndexOf(Unsigned, to) || unsigned < wider));
    }

    private static Type Underlying(Type type) => Nullable.GetUnderlyingType(type) ?? type;
}
