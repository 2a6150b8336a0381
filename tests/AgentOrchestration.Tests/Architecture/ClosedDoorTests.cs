using System.Text.RegularExpressions;
using AgentOrchestration.Tests.Tables;

namespace AgentOrchestration.Tests.Architecture;

/// <summary>The built-in parts use no door that a custom part could not use: nothing asks for their types outside their own folder.</summary>
public sealed partial class ClosedDoorTests
{
    private static readonly string Source = Path.Combine(Repository.Root, "src", "AgentOrchestration");

    /// <summary>Of the internal types that implement a public interface of the library or derive from a public class of it: their folders.</summary>
    private static readonly Dictionary<string, string> FolderOfBuiltIn = typeof(ITaskOrchestrator).Assembly.GetTypes()
        .Where(type => type is { IsNested: false, IsNotPublic: true, IsInterface: false } && type.GetInterfaces().Append(type.BaseType!).Any(IsSeam))
        .Select(type => type.Name.Split('`')[0])
        .Distinct()
        .Select(name => (Name: name, Files: Directory.GetFiles(Source, name + ".cs", SearchOption.AllDirectories)))
        .Where(type => type.Files.Length == 1)
        .ToDictionary(type => type.Name, type => FolderOf(type.Files[0]), StringComparer.Ordinal);

    [Fact]
    public void Nothing_is_cast_to_a_built_in_part_of_another_folder()
    {
        string[] violations =
        [
            .. from file in Directory.EnumerateFiles(Source, "*.cs", SearchOption.AllDirectories)
               from line in File.ReadLines(file)
               where !line.TrimStart().StartsWith("//", StringComparison.Ordinal)
               from Match match in Cast().Matches(line)
               let type = match.Groups["type"].Value
               where FolderOfBuiltIn.TryGetValue(type, out string? folder) && folder != FolderOf(file)
               select $"{Path.GetFileName(file)} asks for {type}: {line.Trim()}",
        ];

        Assert.True(violations.Length == 0, string.Join('\n', violations));
    }

    [Theory]
    [InlineData("")]
    [InlineData("Monitoring")]
    [InlineData("Plugins")]
    public void The_front_door_names_no_built_in_executor_run_or_ledger(string folder)
    {
        string[] violations =
        [
            .. from file in Directory.EnumerateFiles(Path.Combine(Source, folder), "*.cs", folder.Length == 0 ? SearchOption.TopDirectoryOnly : SearchOption.AllDirectories)
               from Match match in BuiltIn().Matches(File.ReadAllText(file))
               select $"{Path.GetFileName(file)} names {match.Value}",
        ];

        Assert.True(violations.Length == 0, string.Join('\n', violations));
    }

    [Fact]
    public void The_check_knows_the_built_in_parts_and_sees_casts()
    {
        Assert.Equal("Execution", FolderOfBuiltIn["LocalRun"]);
        Assert.Equal("Resources", FolderOfBuiltIn["ResourcePools"]);
        Assert.Equal(["LocalRun", "LocalRun", "LocalRun", "LocalRun"], Cast().Matches("x is LocalRun y; x as LocalRun; (LocalRun)x; (a, b) switch { (LocalRun { Y: 1 } z, _) => 1 }").Select(match => match.Groups["type"].Value));
    }

    private static bool IsSeam(Type type) => type.IsPublic && type.Assembly == typeof(ITaskOrchestrator).Assembly;

    private static string FolderOf(string file)
    {
        string[] steps = Path.GetRelativePath(Source, file).Split(Path.DirectorySeparatorChar);
        return steps.Length > 1 ? steps[0] : "";
    }

    [GeneratedRegex(@"\b(?:is|as|case)\s+(?:not\s+)?(?<type>[A-Z]\w+)|\((?<type>[A-Z]\w+)\??\)[a-z_(]|\((?<type>[A-Z]\w+)\s+\{")]
    private static partial Regex Cast();

    [GeneratedRegex(@"\b(?:Local(?:Executor|Run|Attempt|Context|Compensation)|ResourcePools|DispatchCore|ChatClientTaskDecomposer)\b")]
    private static partial Regex BuiltIn();
}
