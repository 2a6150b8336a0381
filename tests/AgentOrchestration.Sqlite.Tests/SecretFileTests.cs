using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using AgentOrchestration.Plans;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Sqlite.Tests;

/// <summary>F15: no byte of a secret is in any file of a store, whatever code does with it but give it back.</summary>
public sealed class SecretFileTests
{
    private const string Canary = "canary-9d2c/+ünd?more";

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task No_file_of_a_store_holds_a_secret()
    {
        string base64 = Convert.ToBase64String(Encoding.UTF8.GetBytes(Canary));
        string url = Uri.EscapeDataString(Canary);
        using var folder = new TemporaryFolder();
        var services = new ServiceCollection();
        services.AddSingleton<ISecretProvider>(new Vault());
        services.AddAgentOrchestration().UseSqlite(folder.Database).AddTaskType<Call, int>("tells", "Tells a secret.", (call, context, _) =>
        {
            context.ReportProgress(0.5, call.Key);
            throw new InvalidOperationException($"refused: {call.Key} {Convert.ToBase64String(Encoding.UTF8.GetBytes(call.Key))} {Uri.EscapeDataString(call.Key)} {WebUtility.UrlEncode(call.Key)}");
        });
        await using ServiceProvider provider = services.BuildServiceProvider();
        await using OrchestrationRun run = await provider.GetRequiredService<ITaskOrchestrator>().StartAsync(
            TaskPlan.Create(plan => plan.Add("tells", "tells", new JsonObject { ["key"] = new SecretRef("api-key").ToJsonNode() })), TestEnd);
        RunResult result = await run.WaitAsync(TestEnd);
        Assert.Equal("refused: *** *** *** ***", result["tells"].Error!.Message);

        string stored = string.Concat(Directory.EnumerateFiles(Path.GetDirectoryName(folder.Database)!).Select(ReadText));
        Assert.Contains("refused: *** ***", stored, StringComparison.Ordinal);
        Assert.All([Canary, "canary-9d2c", base64[..16], url, JsonValue.Create(Canary)!.ToJsonString().Trim('"')], form => Assert.DoesNotContain(form, stored, StringComparison.OrdinalIgnoreCase));
    }

    private static string ReadText(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var reader = new StreamReader(file, Encoding.UTF8);
        return reader.ReadToEnd();
    }

    private sealed record Call(string Key);

    private sealed class Vault : ISecretProvider
    {
        public string? Find(string name) => name == "api-key" ? Canary : null;
    }
}
