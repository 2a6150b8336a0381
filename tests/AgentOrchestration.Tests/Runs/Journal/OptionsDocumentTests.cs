using System.Reflection;
using AgentOrchestration.Runs;
using AgentOrchestration.Runs.Journal;

namespace AgentOrchestration.Tests.Runs.Journal;

public sealed class OptionsDocumentTests
{
    [Fact]
    public void A_resumed_run_has_every_option_that_it_was_started_with()
    {
        var options = new RunOptions
        {
            MaxParallelism = 3,
            CancellationGracePeriod = TimeSpan.FromSeconds(7),
            MaxAbandoned = 2,
            Timeout = TimeSpan.FromHours(1),
            FailurePolicy = FailurePolicy.Compensate,
            Budget = new RunBudget { MaxAttempts = 9, WhenExhausted = BudgetAction.Finish },
            MaxBypasses = 5,
            ApprovalTimeout = TimeSpan.FromDays(2),
            DeferCallsWithin = TimeSpan.FromDays(3),
            RunId = "run",
            Name = "nightly",
            Tags = { ["tenant"] = "acme", ["b"] = "" },
            Priority = -7,
            MaxAddedSubtasks = 17,
            MaxAddedDepth = 18,
            IsolateOutputs = true,
            CompensationTimeout = TimeSpan.FromMinutes(3),
            Extra = new ExtraWork { EarlyShare = 0.25, HedgeShare = 0.02 },
        };
        var defaults = new RunOptions();

        // An option that is added later has to be set above.
        Assert.All(typeof(RunOptions).GetProperties(BindingFlags.Public | BindingFlags.Instance), property => Assert.NotEqual(property.GetValue(defaults), property.GetValue(options)));
        Assert.Equivalent(options, OptionsDocument.From(options).ToOptions("run"), strict: true);
        Assert.Equivalent(new RunOptions { RunId = "run" }, OptionsDocument.From(defaults).ToOptions("run"), strict: true);
    }
}
