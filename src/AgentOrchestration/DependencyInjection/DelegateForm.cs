using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;
using AgentOrchestration;
using AgentOrchestration.Plans;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Finds the typed <c>AddTaskType</c> that code fits whose types the compiler has not inferred.</summary>
[RequiresUnreferencedCode("Finds the types of the code by reflection. Name them: AddTaskType<TInput, TOutput>(...).")]
[RequiresDynamicCode("Calls a generic method made at run time. Name the types: AddTaskType<TInput, TOutput>(...).")]
internal sealed class DelegateForm
{
    private const int HandlerPosition = 3;

    private readonly MethodInfo _method;
    private readonly Delegate _handler;

    private DelegateForm(MethodInfo method, Delegate handler)
    {
        _method = method;
        _handler = handler;
    }

    /// <exception cref="ArgumentException">The code has none of the forms.</exception>
    public static DelegateForm Of(string name, Delegate handler)
    {
        MethodInfo code = handler.GetType().GetMethod(nameof(Action.Invoke))!;
        foreach (MethodInfo form in Forms())
        {
            if (Close(form, code) is { } closed)
            {
                Type wanted = closed.GetParameters()[HandlerPosition].ParameterType;
                return new DelegateForm(closed, wanted.IsInstanceOfType(handler) ? handler : Converted(handler, wanted));
            }
        }

        throw new ArgumentException(
            $"The code of the task type '{name}' has the form '{CSharpName.Of(code.ReturnType)} ({string.Join(", ", code.GetParameters().Select(parameter => CSharpName.Of(parameter.ParameterType)))})'. "
            + $"It must take one input, then a {nameof(TaskContext)}, then a {nameof(CancellationToken)}, each of which may be left out, and return an output, a Task or ValueTask of one, or nothing.",
            nameof(handler));
    }

    public IAgentOrchestrationBuilder Register(IAgentOrchestrationBuilder builder, string name, string description, Action<TaskTypeOptions>? configure) =>
        (IAgentOrchestrationBuilder)_method.Invoke(null, BindingFlags.DoNotWrapExceptions, null, [builder, name, description, _handler, configure], null)!;

    /// <summary>The forms, as the compiler prefers them: those without an input before those whose input could be anything, then by their priority.</summary>
    private static IEnumerable<MethodInfo> Forms() =>
        from form in typeof(DelegateTaskTypeExtensions).GetMethods(BindingFlags.Public | BindingFlags.Static)
        let handler = form.GetParameters()[HandlerPosition].ParameterType
        where handler != typeof(Delegate)
        orderby InvokeOf(handler).GetParameters().Any(parameter => parameter.ParameterType.IsGenericParameter),
            form.GetCustomAttribute<OverloadResolutionPriorityAttribute>()?.Priority descending
        select form;

    /// <returns>The form with its types, or <see langword="null"/> when the code does not fit.</returns>
    private static MethodInfo? Close(MethodInfo form, MethodInfo code)
    {
        MethodInfo pattern = InvokeOf(form.GetParameters()[HandlerPosition].ParameterType);
        Type[] wanted = TypesOf(pattern);
        Type[] given = TypesOf(code);
        Dictionary<string, Type> found = new(StringComparer.Ordinal);
        return wanted.Length == given.Length && wanted.Zip(given).All(pair => Fits(pair.First, pair.Second, found))
            ? form.IsGenericMethodDefinition ? form.MakeGenericMethod([.. form.GetGenericArguments().Select(argument => found[argument.Name])]) : form
            : null;
    }

    private static bool Fits(Type wanted, Type given, Dictionary<string, Type> found)
    {
        if (!wanted.IsGenericParameter)
        {
            return wanted == given
                || (wanted.ContainsGenericParameters && given.IsGenericType && wanted.GetGenericTypeDefinition() == given.GetGenericTypeDefinition()
                    && Fits(wanted.GetGenericArguments()[0], given.GetGenericArguments()[0], found));
        }

        // No input or output is one of these: a form that names them fits, or none.
        if (given == typeof(void) || given == typeof(Task) || given == typeof(ValueTask) || given == typeof(TaskContext) || given == typeof(CancellationToken) || given.IsByRef || given.IsByRefLike)
        {
            return false;
        }

        found[wanted.Name] = given;
        return true;
    }

    /// <summary>Keeps the method, which says what may be null, where the delegate is one method of a type.</summary>
    private static Delegate Converted(Delegate handler, Type wanted) => handler.HasSingleTarget && handler.Method.DeclaringType is not null
        ? Delegate.CreateDelegate(wanted, handler.Target, handler.Method)
        : Delegate.CreateDelegate(wanted, handler, InvokeOf(handler.GetType()));

    private static MethodInfo InvokeOf(Type delegateType) => delegateType.GetMethod(nameof(Action.Invoke))!;

    private static Type[] TypesOf(MethodInfo method) => [.. method.GetParameters().Select(parameter => parameter.ParameterType), method.ReturnType];
}
