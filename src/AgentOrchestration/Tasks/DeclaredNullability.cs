using System.Reflection;

namespace AgentOrchestration.Tasks;

/// <summary>
/// Finds out whether code is declared to take or return null. Where nothing is declared, or the application has been trimmed of what is, it may.
/// </summary>
internal static class DeclaredNullability
{
    private static readonly bool IsKnown =
        !AppContext.TryGetSwitch("System.Reflection.NullabilityInfoContext.IsSupported", out bool isSupported) || isSupported;

    /// <param name="type">The type of the input.</param>
    /// <param name="code">The code that takes it first.</param>
    public static bool InputMayBeNull(Type type, Func<MethodInfo?> code) =>
        MayBeNull(type, code, static (context, method) => context.Create(method.GetParameters()[0]).WriteState);

    /// <param name="type">The type of the output.</param>
    /// <param name="code">The code that returns it, or a task of it.</param>
    public static bool OutputMayBeNull(Type type, Func<MethodInfo?> code) =>
        MayBeNull(type, code, static (context, method) => ResultOf(context.Create(method.ReturnParameter)).ReadState);

    private static NullabilityInfo ResultOf(NullabilityInfo returned) =>
        returned.Type.IsGenericType && returned.Type.GetGenericTypeDefinition() is { } type && (type == typeof(Task<>) || type == typeof(ValueTask<>))
            ? returned.GenericTypeArguments[0]
            : returned;

    private static bool MayBeNull(Type type, Func<MethodInfo?> code, Func<NullabilityInfoContext, MethodInfo, NullabilityState> look)
    {
        if (type.IsValueType)
        {
            return Nullable.GetUnderlyingType(type) is not null;
        }

        try
        {
            return !IsKnown || code() is not { } method || look(new NullabilityInfoContext(), method) != NullabilityState.NotNull;
        }
        catch (Exception)
        {
            // Code that was made at run time declares nothing, and may be unable to say so.
            return true;
        }
    }
}
