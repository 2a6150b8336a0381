using Mono.Cecil;

namespace AgentOrchestration.Tests.Architecture;

/// <summary>
/// No text becomes code: the library loads no type or assembly by a name, compiles nothing, starts no process and deserializes nothing that names
/// its own types. Whatever a plan, an answer or a journal says, there is nothing in the library that could follow it.
/// </summary>
public sealed class DataIsNoCodeTests
{
    /// <summary>Types of which no member is used.</summary>
    private static readonly string[] Types =
    [
        "System.Diagnostics.Process",
        "System.Diagnostics.ProcessStartInfo",
        "System.Runtime.InteropServices.NativeLibrary",
        "System.Runtime.Loader.AssemblyLoadContext",
        "System.Xml.Serialization.XmlSerializer",
    ];

    private static readonly string[] Namespaces =
    [
        "Microsoft.CodeAnalysis", "Microsoft.CSharp", "Newtonsoft", "System.CodeDom.Compiler", "System.Reflection.Emit", "System.Runtime.Serialization.Formatters",
    ];

    /// <summary>What finds or makes a type by its name, and what makes or compiles an expression. Expressions of an application are only read.</summary>
    private static readonly string[] Methods =
    [
        "System.Linq.Expressions.Expression::Call", "System.Linq.Expressions.Expression::Lambda", "System.Linq.Expressions.Expression`1::Compile", "System.Linq.Expressions.LambdaExpression::Compile",
        "System.Activator::CreateInstanceFrom", "System.AppDomain::CreateInstance", "System.AppDomain::ExecuteAssembly", "System.AppDomain::Load", "System.Reflection.Assembly::CreateInstance", "System.Reflection.Assembly::GetType", "System.Reflection.Assembly::Load",
        "System.Reflection.Assembly::LoadFile", "System.Reflection.Assembly::LoadFrom", "System.Reflection.Assembly::UnsafeLoadFrom", "System.Reflection.Module::GetType",
        "System.Runtime.Serialization.DataContractSerializer::.ctor", "System.Type::GetTypeFromProgID",
    ];

    [Theory]
    [InlineData(typeof(ITaskOrchestrator))]
    [InlineData(typeof(Microsoft.Extensions.DependencyInjection.PostgresBuilderExtensions))]
    [InlineData(typeof(Microsoft.Extensions.DependencyInjection.SqliteBuilderExtensions))]
    [InlineData(typeof(Testing.RunSimulation))]
    public void Nothing_that_could_make_code_of_a_text_is_used(Type inAssembly)
    {
        using var assembly = AssemblyDefinition.ReadAssembly(inAssembly.Assembly.Location);

        Assert.Empty(Uses(assembly.MainModule));
        Assert.NotEmpty(assembly.MainModule.GetMemberReferences());
    }

    [Fact]
    public void The_check_sees_what_could()
    {
        using var assembly = AssemblyDefinition.ReadAssembly(typeof(DataIsNoCodeTests).Assembly.Location);

        string[] uses = [.. Uses(assembly.MainModule)];

        Assert.Contains(uses, use => use.Contains("System.Type::GetType(System.String)", StringComparison.Ordinal));
        Assert.Contains(uses, use => use.Contains("System.Reflection.Assembly::Load(", StringComparison.Ordinal));
        Assert.Contains(uses, use => use.Contains("System.Linq.Expressions.Expression`1", StringComparison.Ordinal));
    }

    private static IEnumerable<string> Uses(ModuleDefinition module) =>
        module.GetMemberReferences().Where(IsForbidden).Select(member => member.FullName);

    private static bool IsForbidden(MemberReference member)
    {
        string type = member.DeclaringType.GetElementType().FullName;
        return (!type.EndsWith(nameof(Attribute), StringComparison.Ordinal) && IsOfForbiddenType(type))
            || Methods.Contains($"{type}::{member.Name}")
            || (member is MethodReference method && $"{type}::{member.Name}" is "System.Type::GetType" or "System.Activator::CreateInstance"
                && method.Parameters.Any(parameter => parameter.ParameterType.FullName == typeof(string).FullName));
    }

    private static bool IsOfForbiddenType(string type) => Types.Contains(type) || Namespaces.Any(name => type.StartsWith(name + '.', StringComparison.Ordinal));

    private static class Mistakes
    {
        public static object?[] All(string text, System.Linq.Expressions.Expression<Func<int>> expression) =>
            [Type.GetType(text), System.Reflection.Assembly.Load(text), expression.Compile()];
    }
}
