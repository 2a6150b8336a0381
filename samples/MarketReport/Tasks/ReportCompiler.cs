using AgentOrchestration;
using AgentOrchestration.Results;
using MarketReport.Publishing;

namespace MarketReport.Tasks;

/// <summary>The answer of a run is what its last step assembled.</summary>
internal sealed class ReportCompiler : IResultCompiler<ReportDocument>
{
    public ValueTask<ReportDocument> CompileAsync(RunResult result, CancellationToken cancellationToken)
    {
        SubtaskSnapshot assembled = result.Succeeded.LastOrDefault(subtask => subtask.Output is ReportDocument)
            ?? throw new InvalidOperationException("The plan has no step that assembles the report.");
        return ValueTask.FromResult((ReportDocument)assembled.Output!);
    }
}
