using System.Text.Json;
using AgentOrchestration.Plans;
using AgentOrchestration.Resources;

namespace AgentOrchestration.Tests.Plans;

/// <summary>Any plan that can be written as JSON, good or bad, from a seed.</summary>
internal static class RandomPlan
{
    public static TaskPlan Of(int seed)
    {
        var random = new Random(seed);
        var json = new RandomJson(random);
        return new TaskPlan
        {
            Goal = json.Text(),
            Subtasks = [.. Enumerable.Range(0, random.Next(6)).Select(index => SubtaskOf(index, random, json))],
        };
    }

    private static Subtask SubtaskOf(int index, Random random, RandomJson json)
    {
        var subtask = new Subtask
        {
            Id = random.Next(4) == 0 ? json.Text() : $"s{index}",
            TaskType = json.Text(),
            Description = random.Next(2) == 0 ? null : json.Text(),
            DependsOn = [.. Enumerable.Range(0, random.Next(3)).Select(_ => $"s{random.Next(6)}")],
            Arguments = random.Next(3) == 0 || json.Value() is not { } arguments ? null : JsonSerializer.SerializeToElement(arguments),
            Items = random.Next(4) == 0 ? JsonSerializer.SerializeToElement(new System.Text.Json.Nodes.JsonArray(json.Value(), json.Value())) : null,
            OnItemFailure = random.Next(4) switch { 0 => ItemFailurePolicy.Continue, 1 => ItemFailurePolicy.AtMost(random.Next()), _ => ItemFailurePolicy.Fail },
            WaitsForAdded = random.Next(3) switch { 0 => true, 1 => false, _ => null },
            EstimatedDuration = random.Next(2) == 0 ? null : new TimeSpan(random.NextInt64(TimeSpan.FromDays(random.Next(1, 366)).Ticks)),
            Resources = ResourceRequirements.Of(
                Enumerable.Range(0, random.Next(3)).Select(resource => new ResourceAmount($"r{resource}", random.NextInt64(1, long.MaxValue)))),
        };
        return random.Next(2) == 0 ? subtask : subtask with { Name = json.Text() };
    }
}
