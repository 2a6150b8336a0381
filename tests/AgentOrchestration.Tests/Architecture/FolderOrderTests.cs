using ArchUnitNET.Domain;
using ArchUnitNET.Loader;

namespace AgentOrchestration.Tests.Architecture;

/// <summary>A folder may use only folders before it. Namespace = folder.</summary>
public sealed class FolderOrderTests
{
    private const string Root = "AgentOrchestration";
    private const string FrontDoor = "";

    /// <summary>The folders in their order; those in one row do not use each other.</summary>
    private static readonly string[][] Rows =
    [
        ["Resources"], ["Plans"], ["Tasks"], ["Graph"], ["Planning"], ["Runs"], ["Scheduling"], ["Execution"], ["Results"],
        ["Monitoring", "Optimization"], [FrontDoor], ["Plugins"], ["DependencyInjection"],
    ];

    private static readonly ArchUnitNET.Domain.Architecture Library =
        new ArchLoader().LoadAssemblies(typeof(ITaskOrchestrator).Assembly, typeof(QuikGraph.SEdge<int>).Assembly).Build();

    [Fact]
    public void A_folder_uses_only_folders_before_it()
    {
        string[] violations =
        [
            .. Edges().Where(edge => edge.From != edge.To && RowOf(edge.To) >= RowOf(edge.From)).Select(edge => $"{edge.Origin} uses {edge.Target}").Distinct(),
        ];

        Assert.Empty(violations);
    }

    [Fact]
    public void Every_type_is_in_a_folder_of_the_table() =>
        Assert.All(OwnTypes(), type => Assert.Contains(FolderOf(type), Rows.SelectMany(row => row)));

    [Fact]
    public void The_check_sees_dependencies_of_most_folders()
    {
        // A check that saw nothing would pass as well.
        Assert.Contains(Edges(), edge => edge is { From: "Execution", To: "Scheduling" });
        Assert.Contains(Edges(), edge => edge is { From: "DependencyInjection", To: "Optimization" });
        Assert.Contains(Edges(), edge => edge is { From: "Runs", To: "Graph" });
    }

    [Fact]
    public void QuikGraph_is_used_in_Graph_and_nowhere_else()
    {
        string[] users =
        [
            .. OwnTypes()
                .Where(type => type.Dependencies.Any(dependency => dependency.Target.FullName.StartsWith("QuikGraph.", StringComparison.Ordinal)))
                .Select(FolderOf)
                .Distinct(),
        ];

        Assert.Equal(["Graph"], users);
    }

    [Fact]
    public void The_library_refers_to_no_package_that_builds_on_it() =>
        Assert.DoesNotContain(
            typeof(ITaskOrchestrator).Assembly.GetReferencedAssemblies(), reference => reference.Name!.StartsWith(Root, StringComparison.Ordinal));

    /// <summary>Without type parameters: the loader takes those of generated methods of one name for each other's.</summary>
    private static IEnumerable<(string From, string To, string Origin, string Target)> Edges() =>
        from type in OwnTypes()
        from dependency in type.Dependencies
        where dependency.Target is not GenericParameter && IsOwn(dependency.Target)
        select (FolderOf(type), FolderOf(dependency.Target), type.FullName, dependency.Target.FullName);

    private static IEnumerable<IType> OwnTypes() => Library.Types.Where(IsOwn);

    /// <summary>Generated types without a namespace of the library stand for no folder.</summary>
    private static bool IsOwn(IType type) =>
        type is { Namespace: not null, Assembly: not null }
        && type.Assembly.Name.StartsWith(Root, StringComparison.Ordinal)
        && (type.Namespace.FullName == Root
            || type.Namespace.FullName.StartsWith(Root + ".", StringComparison.Ordinal)
            || type.Namespace.FullName == "Microsoft.Extensions.DependencyInjection");

    private static string FolderOf(IType type) => type.Namespace.FullName switch
    {
        Root => FrontDoor,
        "Microsoft.Extensions.DependencyInjection" => "DependencyInjection",
        var name => name[(Root.Length + 1)..].Split('.')[0],
    };

    private static int RowOf(string folder) => Array.FindIndex(Rows, row => row.Contains(folder));
}
