using Mono.Cecil;
using Mono.Cecil.Cil;

namespace AgentOrchestration.Tests.Architecture;

/// <summary>No await inside the library returns to the synchronization context of its caller, who may be blocked.</summary>
public sealed class AwaitTests
{
    private static readonly string[] Capturing =
    [
        "System.Runtime.CompilerServices.TaskAwaiter",
        "System.Runtime.CompilerServices.ValueTaskAwaiter",
        "System.Runtime.CompilerServices.YieldAwaitable/YieldAwaiter",
    ];

    [Theory]
    [InlineData(typeof(ITaskOrchestrator))]
    [InlineData(typeof(Microsoft.Extensions.DependencyInjection.PostgresBuilderExtensions))]
    [InlineData(typeof(Microsoft.Extensions.DependencyInjection.SqliteBuilderExtensions))]
    [InlineData(typeof(Testing.RunSimulation))]
    public void No_await_continues_on_the_context_of_the_caller(Type inAssembly)
    {
        using var assembly = AssemblyDefinition.ReadAssembly(inAssembly.Assembly.Location);

        Assert.Empty(Violations(assembly.MainModule));
    }

    [Fact]
    public void The_check_sees_awaits_that_do()
    {
        using var assembly = AssemblyDefinition.ReadAssembly(typeof(AwaitTests).Assembly.Location);

        string[] violations = [.. Violations(assembly.MainModule).Where(violation => violation.Contains($"{nameof(AwaitTests)}/{nameof(Mistakes)}", StringComparison.Ordinal))];

        Assert.Equal(5, violations.Length);
    }

    private static IEnumerable<string> Violations(ModuleDefinition module) =>
        from type in module.GetTypes()
        from method in type.Methods
        where method.HasBody
        from instruction in method.Body.Instructions
        where instruction.Operand is MethodReference called && (AwaitsCaptured(called) || Captures(called, instruction.Previous))
        select $"{method.FullName} at {instruction}";

    /// <summary>An await of something that was not configured.</summary>
    private static bool AwaitsCaptured(MethodReference called) =>
        called is GenericInstanceMethod { Name: "AwaitUnsafeOnCompleted" or "AwaitOnCompleted" } await
        && Capturing.Any(name => await.GenericArguments[0].FullName.Split('`', '<')[0] == name);

    /// <summary>A configuration that keeps the context.</summary>
    private static bool Captures(MethodReference called, Instruction before) =>
        called.Name == nameof(Task.ConfigureAwait)
        && (called.Parameters[^1].ParameterType.FullName == typeof(bool).FullName
            ? before.OpCode != OpCodes.Ldc_I4_0
            : before.OpCode == OpCodes.Ldc_I4_1 || before.OpCode == OpCodes.Ldc_I4_3 || before.OpCode == OpCodes.Ldc_I4_5 || before.OpCode == OpCodes.Ldc_I4_7);

    private static class Mistakes
    {
        public static async Task AllAsync(Task task, ValueTask<int> value, bool continues)
        {
            await task;
            await value;
            await Task.Yield();
            await task.ConfigureAwait(continues);
            await task.ConfigureAwait(ConfigureAwaitOptions.ContinueOnCapturedContext | ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
