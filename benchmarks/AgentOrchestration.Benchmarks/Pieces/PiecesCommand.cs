using System.CommandLine;
using BenchmarkDotNet.Running;

namespace AgentOrchestration.Benchmarks.Pieces;

/// <summary>The pieces of the engine, each by itself, with BenchmarkDotNet.</summary>
internal static class PiecesCommand
{
    public static Command Create()
    {
        var command = new Command("pieces", "The pieces of the engine with BenchmarkDotNet, whose own options may follow: pieces --filter *GraphBuild*.")
        {
            TreatUnmatchedTokensAsErrors = false,
        };
        command.SetAction(arguments =>
        {
            BenchmarkSwitcher.FromAssembly(typeof(PiecesCommand).Assembly).Run([.. arguments.UnmatchedTokens]);
        });
        return command;
    }
}
