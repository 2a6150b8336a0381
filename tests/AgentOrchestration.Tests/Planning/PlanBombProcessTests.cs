using System.Diagnostics;
using System.Globalization;
using BombWorker;

namespace AgentOrchestration.Tests.Planning;

/// <summary>Answers made to exhaust memory, planned in a process that has 64 MiB for its objects.</summary>
public sealed class PlanBombProcessTests
{
    private const long Mebibyte = 1024 * 1024;
    private const string HeapLimit = "4000000";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("subtasks")]
    [InlineData("nesting")]
    [InlineData("nested plans")]
    [InlineData("text")]
    [InlineData("dependencies")]
    public async Task What_is_too_large_is_refused_with_no_more_than_16_MiB_however_much_is_read(string bomb)
    {
        (PlanDiagnosticCode code, long growth) = await ExplodeAsync(bomb, int.MaxValue);

        Assert.Equal(PlanDiagnosticCode.TooLarge, code);
        Assert.InRange(growth, 0, 16 * Mebibyte);
    }

    [Theory]
    [InlineData("mistakes")]
    [InlineData("resources")]
    [InlineData("repairs")]
    [InlineData("references")]
    public async Task The_worst_that_fits_into_an_answer_is_refused_and_ends_no_process(string bomb)
    {
        Assert.InRange(Bomb.All[bomb].Pieces().Sum(piece => (long)piece.Length), 100_000, Mebibyte);

        await ExplodeAsync(bomb, (int)Mebibyte);
    }

    private static async Task<(PlanDiagnosticCode Code, long Growth)> ExplodeAsync(string bomb, int maxAnswerLength)
    {
        using var process = new Process();
        process.StartInfo = new ProcessStartInfo("dotnet", ["exec", typeof(Bomb).Assembly.Location, bomb, maxAnswerLength.ToString(CultureInfo.InvariantCulture)])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["DOTNET_GCHeapHardLimit"] = HeapLimit, ["DOTNET_gcServer"] = "0" },
        };
        process.Start();
        try
        {
            Task<string> errors = process.StandardError.ReadToEndAsync(TestEnd);
            string said = await process.StandardOutput.ReadToEndAsync(TestEnd).WaitAsync(Patience, TestEnd);
            await process.WaitForExitAsync(TestEnd);
            Assert.True(process.ExitCode == 0, $"{said} {await errors}");
            string[] words = said.Split(' ');
            return (Enum.Parse<PlanDiagnosticCode>(words[0]), long.Parse(words[1], CultureInfo.InvariantCulture));
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }
}
