using System.Text.Json;
using AgentOrchestration.Plans;
using AgentOrchestration.Tasks.Batching;
using AgentOrchestration.Tasks.Endpoints;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Testing.Tests;

/// <summary>
/// A random plan of work that asks a model, an endpoint with limits, rejections, stragglers and batches, and any of the features that make the same answer cheaper or
/// earlier, all from one number. What a subtask answers depends on its input alone, and so does whether it fails.
/// </summary>
internal sealed class Economies
{
    private const string Endpoint = "gpt";

    private readonly Random _random;
    private readonly TaskPlan _plan;
    private readonly ScriptedModelOptions _model;
    private readonly ScriptedBatchOptions _batches;
    private readonly ExtraWork _extra;
    private readonly TimeSpan? _within;
    private readonly int _workers;
    private readonly bool _caches;
    private readonly bool _sharesPrompts;
    private readonly int _batchSize;

    public Economies(int number)
    {
        _random = new Random(number);
        _workers = _random.Next(1, 12);
        _caches = Chance(2);
        _sharesPrompts = Chance(3);
        _batchSize = _random.Next(1, 6);
        _extra = new ExtraWork { EarlyShare = Chance(3) ? 0 : _random.NextDouble(), HedgeShare = Chance(3) ? 0 : _random.NextDouble() };
        _within = Chance(4) ? TimeSpan.FromHours(_random.Next(2, 20)) : null;
        _batches = new ScriptedBatchOptions { Seed = number, Median = TimeSpan.FromMinutes(_random.Next(1, 200)), NinthDecile = TimeSpan.FromMinutes(400) };
        _model = new ScriptedModelOptions
        {
            Seed = number,
            RequestsPerMinute = Chance(2) ? _random.Next(20, 200) : null,
            InputTokensPerMinute = Chance(3) ? _random.Next(4_000, 20_000) : null,
            OverloadedShare = Chance(3) ? 0.1 : 0,
            StragglerShare = 0.1,
        };
        _plan = RandomPlan();
    }

    /// <summary>Runs the plan with nothing, one subtask after another doing its own work.</summary>
    public SimulatedRun RunPlain(int seed) => Simulation(isPlain: true).Run(_plan, seed);

    /// <summary>Runs the plan with the features.</summary>
    public SimulatedRun Run(int seed) => Simulation(isPlain: false).Run(_plan, seed);

    public override string ToString() =>
        $"{_plan.Subtasks.Count} subtasks, {_workers} workers, cache {_caches}, shared prompts {_sharesPrompts}, batches of {_batchSize}, {_extra}, within {_within}, {_model.RequestsPerMinute} requests, {_model.InputTokensPerMinute} tokens a minute, {_model.OverloadedShare:P0} overloaded";

    private bool Chance(int of) => _random.Next(of) == 0;

    private RunSimulation Simulation(bool isPlain) => new(services =>
    {
        services.AddSingleton(provider => new ScriptedModelServer(_model, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<IChatClient>(provider => provider.GetRequiredKeyedService<IModelEndpoint>(Endpoint).Wrap(provider.GetRequiredService<ScriptedModelServer>()));
        IAgentOrchestrationBuilder builder = services.AddAgentOrchestration(options =>
        {
            options.Runs.MaxParallelism = _workers;
            options.Runs.Extra = isPlain ? new ExtraWork() : _extra;
            options.Runs.DeferCallsWithin = isPlain ? null : _within;
        });
        builder
            .AddModelEndpoint(Endpoint, endpoint => (endpoint.RequestsPerMinute, endpoint.MaxAttempts) = (_model.RequestsPerMinute, 1_000))
            .AddBatchEndpoint(Endpoint, provider => new ScriptedBatchEndpoint(provider.GetRequiredService<ScriptedModelServer>(), _batches, provider.GetRequiredService<TimeProvider>()))
            .AddTaskType<Facts>(type => type.Batch.MaxSize = isPlain ? 1 : _batchSize)
            .AddTaskType("ask", "Asks a model.", Answer, type => Configure(type, TaskEffect.Pure, isPlain))
            .AddTaskType("read", "Asks a model about what it has read.", Answer, type => Configure(type, TaskEffect.Read, isPlain))
            .AddTaskType("wonder", "Asks a model, and something else while it has no answer, which nobody takes.", WonderAsync, type => Configure(type, TaskEffect.Pure, isPlain))
            .AddTaskType("send", "Sends a letter that a model has written.", Answer, type => Configure(type, TaskEffect.Write, isPlain))
            .AddTaskType("nested", "Runs a plan of its own.", NestAsync, type => type.Effect = TaskEffect.Write);
        if (_caches && !isPlain)
        {
            builder.UseResultCache();
        }
    })
    {
        Patience = TimeSpan.Zero,
        MaxSteps = 5_000_000,
    };

    private void Configure(TaskTypeOptions type, TaskEffect effect, bool isPlain)
    {
        type.Effect = effect;
        type.Endpoint = Endpoint;
        if (isPlain || effect == TaskEffect.Write)
        {
            return;
        }

        type.SharedPrompt = _sharesPrompts ? static _ => "document" : null;
        type.CacheTimeToLive = _caches ? TimeSpan.FromHours(1) : null;
    }

    private static async ValueTask<string> Answer(string prompt, TaskContext context, CancellationToken stop)
    {
        string answer = (await context.Chat.GetStreamingResponseAsync(prompt, cancellationToken: stop).ToChatResponseAsync(stop)).Text;
        return prompt.StartsWith("bad", StringComparison.Ordinal) ? throw new TaskFailedException($"There is nothing to {prompt}.") { IsFinal = true } : answer;
    }

    private static async ValueTask<string> WonderAsync(string prompt, TaskContext context, CancellationToken stop)
    {
        try
        {
            return await Answer(prompt, context, stop);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return await Answer($"why {prompt}", context, stop);
        }
    }

    private static async ValueTask<string?> NestAsync(string prompt, TaskContext context, CancellationToken stop)
    {
        ITaskOrchestrator orchestrator = context.Services.GetRequiredService<ITaskOrchestrator>();
        await using OrchestrationRun run = await orchestrator.StartAsync(TaskPlan.Create(plan => plan.Add("only", "ask", prompt)), stop);
        RunResult result = await run.WaitAsync(stop);
        return result["only"].State == SubtaskState.Succeeded ? (string?)result["only"].Output : throw new TaskFailedException("The plan has failed.") { IsFinal = true };
    }

    private TaskPlan RandomPlan() => TaskPlan.Create(plan =>
    {
        string[] types = ["ask", "ask", "read", "wonder", "facts", "facts", "send", "nested"];
        List<SubtaskRef> made = [];
        int count = _random.Next(2, 20);
        for (int index = 0; index < count; index++)
        {
            // Few prompts, so that equal work is asked for more than once. One in twelve fails, by itself: of what fails with the work of another nothing is recorded.
            string prompt = Chance(12) ? $"bad {index}" : $"{_random.Next(8)} {new string('x', _random.Next(4) * 100)}";
            SubtaskOptions? options = made.Count > 0 && Chance(6) ? new SubtaskOptions { When = RandomCondition(made[_random.Next(made.Count)]) } : null;
            made.Add(plan.Add($"s{index}", types[_random.Next(types.Length)], prompt, [.. made.Where(_ => _random.Next(count) < 2)], options));
        }
    });

    private SubtaskCondition RandomCondition(SubtaskRef of) =>
        new(of.Output(), Chance(2) ? ConditionOperator.Equals : ConditionOperator.NotEquals) { Value = JsonSerializer.SerializeToElement("facts of 3 ") };

    [TaskType("facts", Description = "Finds facts.", Effect = TaskEffect.Pure), Batchable(MaxSize = 16)]
    internal sealed class Facts : IBatchTaskHandler<string, string>
    {
        public async ValueTask ExecuteAsync(BatchItems<string, string> items, BatchContext context, CancellationToken cancellationToken)
        {
            await Task.Delay(TimeSpan.FromSeconds(2), context.TimeProvider, cancellationToken);
            foreach (BatchItem<string, string> item in items)
            {
                if (item.Input.StartsWith("bad", StringComparison.Ordinal))
                {
                    item.Fail(new TaskFailedException("There are no facts.") { IsFinal = true });
                }
                else
                {
                    item.Succeed($"facts of {item.Input}");
                }
            }
        }
    }
}
