using AgentOrchestration.Tests.PostgreSql;

namespace MarketReport.Tests.Application;

/// <summary>The report remembers its run in a PostgreSQL database. Needs the package postgresql where it is explicit.</summary>
public sealed class PostgresRunTests
{
    [Fact(Explicit = true)]
    public async Task A_second_run_on_another_machine_takes_what_the_first_has_written()
    {
        await using PostgresServer server = await PostgresServer.StartAsync();
        await using var first = new ReportRun();
        Assert.Equal(ExitCode.Success, await first.RunAsync("--postgres", server.ConnectionString()));
        Assert.False(first.Has("runs.db"));
        await using var second = new ReportRun();
        Assert.Equal(ExitCode.Success, await second.RunAsync("--postgres", server.ConnectionString()));

        Assert.Equal(first.Read("report.md"), second.Read("report.md"));
        Assert.Contains("4 subtasks have their results from an earlier run", second.Screen, StringComparison.Ordinal);
        Assert.Equal(2L, await server.ExecuteAsync("SELECT count(*) FROM ao.state WHERE outcome = 'Succeeded'"));
    }

    [Fact]
    public async Task A_server_that_is_away_is_reported_and_the_password_is_not_shown()
    {
        await using var run = new ReportRun();

        Assert.Equal(ExitCode.BadInput, await run.RunAsync("--postgres", $"Host=127.0.0.1;Port={LoopbackPort.Free()};Username=app;Password=geheim"));

        Assert.Contains("it cannot be reached. Check that the server runs", run.Screen, StringComparison.Ordinal);
        Assert.DoesNotContain("geheim", run.Screen, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("geheim")]
    [InlineData("Host=db;Password=geheim;word=")]
    [InlineData("")]
    public async Task A_malformed_connection_string_is_refused_before_anything_is_done(string connectionString)
    {
        await using var run = new ReportRun();

        Assert.NotEqual(ExitCode.Success, await run.RunAsync("--postgres", connectionString));

        Assert.DoesNotContain("geheim", run.Screen, StringComparison.Ordinal);
        Assert.False(Directory.Exists(run.Output));
    }
}
