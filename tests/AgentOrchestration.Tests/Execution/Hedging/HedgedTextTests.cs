using System.Text.Json.Nodes;
using AgentOrchestration.Plans;
using AgentOrchestration.Runs.Events;
using Microsoft.Extensions.DependencyInjection;
using static AgentOrchestration.Tests.Execution.Hedging.HedgedRuns;

namespace AgentOrchestration.Tests.Execution.Hedging;

/// <summary>What is shown of the text and the progress of two attempts that run beside each other.</summary>
public sealed class HedgedTextTests
{
    [Fact]
    public async Task The_text_and_the_progress_of_one_of_two_attempts_are_shown()
    {
        var stages = new Stages();
        await using Engine engine = EngineFor(async (context, _) =>
        {
            await stages.At($"{context.Attempt} tells");
            context.StreamText($"text of {context.Attempt}");
            context.ReportProgress(context.Attempt / 10.0);
            stages.Pass($"{context.Attempt} has told");
            await stages.At($"{context.Attempt} returns");
            return ["output"];
        });
        await using OrchestrationRun run = await StartBothAsync(engine);
        await stages.GoAsync("2 tells", until: "2 has told");
        await stages.GoAsync("1 tells", until: "1 has told");
        stages.Pass("2 returns");
        await Engine.SeeAsync<SubtaskSucceeded>(run);
        stages.Pass("1 returns");

        IReadOnlyList<RunEvent> events = await Engine.EventsAsync(run);
        Assert.Equal([(2, "text of 2")], events.OfType<TextStreamed>().Select(text => (text.Attempt, text.Text)));
        Assert.Equal([(2, 0.2)], events.OfType<ProgressReported>().Select(progress => (progress.Attempt, progress.Fraction)));
    }

    /// <summary>It was hidden as long as the other was shown, and is shown from its beginning when that has failed.</summary>
    [Fact]
    public async Task The_text_of_the_one_that_is_left_is_shown_from_its_beginning()
    {
        var stages = new Stages();
        await using Engine engine = EngineFor(async (context, _) =>
        {
            await TellAsync(stages, context, "half of 2", "all ", "of ");
            context.StreamText("1");
            return ["output"];
        });
        await using OrchestrationRun run = await StartBothAsync(engine);
        await TellBothAsync(stages, run);

        Assert.Equal(["output"], Assert.IsType<string[]>((await run.EndAsync())["only"].Output));
        Assert.Equal([(2, "half of 2"), (1, "all of "), (1, "1")], (await Engine.EventsAsync(run)).OfType<TextStreamed>().Select(text => (text.Attempt, text.Text)));
    }

    [Fact]
    public async Task The_text_of_the_one_that_gives_the_output_is_shown_whole()
    {
        var stages = new Stages();
        await using Engine engine = EngineFor(async (context, stop) =>
        {
            await stages.At($"{context.Attempt} tells");
            context.StreamText(context.Attempt == 1 ? "half of 1" : "all ");
            stages.Pass($"{context.Attempt} has told");
            await stages.At($"{context.Attempt} returns").WaitAsync(stop);
            context.StreamText("of 2");
            return [$"output of {context.Attempt}"];
        });
        await using OrchestrationRun run = await StartBothAsync(engine);
        await stages.GoAsync("1 tells", until: "1 has told");
        await stages.GoAsync("2 tells", until: "2 has told");
        stages.Pass("2 returns");

        Assert.Equal(["output of 2"], Assert.IsType<string[]>((await run.EndAsync())["only"].Output));
        Assert.Equal([(1, "half of 1"), (2, "all of 2")], (await Engine.EventsAsync(run)).OfType<TextStreamed>().Select(text => (text.Attempt, text.Text)));
    }

    /// <summary>Its first half comes while the attempt is hidden, the other when it is shown.</summary>
    [Fact]
    public async Task No_part_of_a_secret_is_shown()
    {
        const string secret = "sk-4f81c0aa97de";
        var stages = new Stages();
        await using Engine engine = EngineFor(
            (_, _) => ValueTask.FromResult<string[]>([]),
            configure: builder => builder.AddTaskType(
                "tells",
                "Tells a secret.",
                async (Keyed input, TaskContext context, CancellationToken _) =>
                {
                    await TellAsync(stages, context, "half of 2", $"The key is {input.Key[..8]}", $"{input.Key[8..]}.");
                    return "told";
                },
                options => options.Effect = TaskEffect.Read),
            services: services => services.AddSingleton<ISecretProvider>(new Vault(secret)));
        Observe(engine, "tells");
        await using OrchestrationRun run = await StartBothAsync(engine, plan => plan.Add("only", "tells", new JsonObject { ["key"] = new SecretRef("key").ToJsonNode() }));
        await TellBothAsync(stages, run);
        await run.EndAsync();

        Assert.Equal(
            ["half of 2", "The key is ***."],
            (await Engine.EventsAsync(run)).OfType<TextStreamed>().GroupBy(text => text.Attempt).Select(texts => string.Concat(texts.Select(text => text.Text))));
    }

    /// <summary>The second attempt tells something, then the first, then the second fails, then the first tells more.</summary>
    private static async Task TellAsync(Stages stages, TaskContext context, string ofSecond, string ofFirst, string more)
    {
        await stages.At($"{context.Attempt} tells");
        context.StreamText(context.Attempt == 2 ? ofSecond : ofFirst);
        stages.Pass($"{context.Attempt} has told");
        await stages.At($"{context.Attempt} goes on");
        if (context.Attempt == 2)
        {
            throw new InvalidDataException("Bad data.");
        }

        context.StreamText(more);
    }

    private static async Task TellBothAsync(Stages stages, OrchestrationRun run)
    {
        await stages.GoAsync("2 tells", until: "2 has told");
        await stages.GoAsync("1 tells", until: "1 has told");
        stages.Pass("2 goes on");
        await Engine.SeeAsync<AttemptDropped>(run);
        stages.Pass("1 goes on");
    }

    private sealed record Keyed(string Key);

    private sealed class Vault(string secret) : ISecretProvider
    {
        public string? Find(string name) => secret;
    }
}
