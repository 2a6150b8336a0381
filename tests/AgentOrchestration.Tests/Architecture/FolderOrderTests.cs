using AgentOrchestration.Tests.Tables;
using ArchUnitNET.Domain;
using ArchUnitNET.Loader;

namespace AgentOrchestration.Tests.Architecture;

/// <summary>
/// A folder may use only folders before it, and a sub-folder only those before it in its folder. A type is in the folder of the file that has
/// its name: types of the first hour share the namespace of the front door, wherever they are made.
/// </summary>
public sealed class FolderOrderTests
{
    private const string Root = "AgentOrchestration";
    private const string FrontDoor = "";

    /// <summary>The folders in their order; those in one row do not use each other.</summary>
    private static readonly string[][] Rows =
    [
        ["Resources"], ["Plans"], ["Tasks"], ["Graph"], ["Planning"], ["Runs"], ["Scheduling"], ["Forecasting"], ["Execution"], ["Results"],
        ["Monitoring", "Optimization"], [FrontDoor], ["Plugins"], ["DependencyInjection"],
    ];

    /// <summary>
    /// The sub-folders of a folder in their order; "" is the folder itself. Those in one row may use each other: a plan and its JSON form, for example,
    /// are one idea in two rooms.
    /// </summary>
    private static readonly Dictionary<string, string[][]> Rooms = new()
    {
        ["Plans"] = [["", "Payloads", "Json", "Diagnostics", "Preview", "Expressions"], ["Reading"]],
        ["Tasks"] = [["", "Prices", "Endpoints", "Deferring", "Batching"]],
        ["Graph"] = [["Growth", "Binding", "", "Checking"]],
        ["Planning"] = [["Repair"], ["", "Model"], ["Selection"]],
        ["Runs"] = [["", "Events"], ["State"], ["Snapshots"], ["Storage"], ["Journal"]],
        ["Scheduling"] = [[""], ["Queue"], ["Sharing"], ["Search"], ["Ordering"], ["Dispatch"]],
        ["Execution"] = [[""], ["Secrets"], ["Following"], ["Attempts", "Run"]],
    };

    private static readonly string Source = Path.Combine(Repository.Root, "src", Root);

    private static readonly Dictionary<string, (string Folder, string Room)> Places = Directory
        .EnumerateFiles(Source, "*.cs", SearchOption.AllDirectories)
        .GroupBy(file => Path.GetFileName(file).Split('.')[0], PlaceOf)
        .ToDictionary(group => group.Key, group => group.Distinct().Single());

    private static readonly ArchUnitNET.Domain.Architecture Library =
        new ArchLoader().LoadAssemblies(typeof(ITaskOrchestrator).Assembly, typeof(QuikGraph.SEdge<int>).Assembly).Build();

    [Fact]
    public void A_folder_uses_only_folders_before_it()
    {
        string[] violations =
        [
            .. Edges().Where(edge => edge.From != edge.To && RowOf(edge.To) >= RowOf(edge.From)).Select(edge => $"{edge.Origin} uses {edge.Target}").Distinct(),
        ];

        Assert.True(violations.Length == 0, string.Join('\n', violations));
    }

    [Fact]
    public void A_sub_folder_uses_only_sub_folders_before_it()
    {
        string[] violations =
        [
            .. from edge in Edges()
               where edge.From == edge.To && Rooms.ContainsKey(edge.From)
               let rooms = Rooms[edge.From]
               where RowOf(rooms, edge.Room) < RowOf(rooms, edge.TargetRoom)
               select $"{edge.Room}/{edge.Origin} uses {edge.TargetRoom}/{edge.Target}",
        ];

        Assert.True(violations.Length == 0, string.Join('\n', violations.Distinct()));
    }

    [Fact]
    public void Every_sub_folder_is_in_the_table()
    {
        string[] rooms = [.. Places.Values.Where(place => place.Room.Length > 0).Select(place => $"{place.Folder}/{place.Room}").Distinct().Order(StringComparer.Ordinal)];

        Assert.Equal(rooms, Rooms.SelectMany(folder => folder.Value.SelectMany(row => row), (folder, room) => $"{folder.Key}/{room}").Where(name => !name.EndsWith('/')).Order(StringComparer.Ordinal));
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
        Assert.Contains(Edges(), edge => edge is { From: "Scheduling", Room: "Dispatch", To: "Scheduling", TargetRoom: "Ordering" });
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
    private static IEnumerable<(string From, string Room, string To, string TargetRoom, string Origin, string Target)> Edges() =>
        from type in OwnTypes()
        from dependency in type.Dependencies
        where dependency.Target is not GenericParameter && IsOwn(dependency.Target)
        let origin = PlaceOf(type)
        let target = PlaceOf(dependency.Target)
        select (origin.Folder, origin.Room, target.Folder, target.Room, type.FullName, dependency.Target.FullName);

    private static IEnumerable<IType> OwnTypes() => Library.Types.Where(IsOwn);

    /// <summary>Generated types are in no folder.</summary>
    private static bool IsOwn(IType type) =>
        type is { Namespace: not null, Assembly: not null }
        && !type.Name.StartsWith("__", StringComparison.Ordinal)
        && type.Assembly.Name.StartsWith(Root, StringComparison.Ordinal)
        && (type.Namespace.FullName == Root
            || type.Namespace.FullName.StartsWith(Root + ".", StringComparison.Ordinal)
            || type.Namespace.FullName == "Microsoft.Extensions.DependencyInjection");

    private static string FolderOf(IType type) => PlaceOf(type).Folder;

    private static (string Folder, string Room) PlaceOf(IType type) =>
        Places.TryGetValue(FileOf(type), out (string, string) place) ? place : ($"no file {FileOf(type)}.cs", "");

    /// <summary>The name of the outermost type.</summary>
    private static string FileOf(IType type) => type.FullName[(type.Namespace.FullName.Length + 1)..].Split('+', '/', '`', '<')[0];

    private static (string Folder, string Room) PlaceOf(string file)
    {
        string[] steps = Path.GetRelativePath(Source, file).Split(Path.DirectorySeparatorChar);
        return (steps.Length > 1 ? steps[0] : FrontDoor, string.Join('/', steps[1..Math.Max(1, steps.Length - 1)]));
    }

    private static int RowOf(string folder) => RowOf(Rows, folder);

    private static int RowOf(string[][] rows, string folder) => Array.FindIndex(rows, row => row.Contains(folder));
}
