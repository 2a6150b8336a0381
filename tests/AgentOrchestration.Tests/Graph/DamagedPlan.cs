using System.Text.Json;
using System.Text.Json.Nodes;

namespace AgentOrchestration.Tests.Graph;

/// <summary>A sound plan with some damage done to it, or none, from a seed. Damage may do no harm; what it did the oracle says.</summary>
internal sealed class DamagedPlan
{
    private static readonly string[] Types = ["nothing", "make", "move", "total", "render"];

    private readonly Random _random;
    private readonly List<Subtask> _subtasks;

    public DamagedPlan(int seed)
    {
        _random = new Random(seed);
        _subtasks = [];
        for (int i = _random.Next(1, 12); i > 0; i--)
        {
            _subtasks.Add(Sound(_subtasks.Count));
        }

        _subtasks = [.. Shuffled(_subtasks)];
        for (int i = Math.Max(0, _random.Next(-2, 4)); i > 0; i--)
        {
            int victim = _random.Next(_subtasks.Count);
            _subtasks[victim] = Damage(_subtasks[victim]);
        }
    }

    public TaskPlan Plan => new() { Subtasks = _subtasks };

    private Subtask Sound(int index)
    {
        string[] earlier = [.. Enumerable.Range(0, index).Where(_ => _random.Next(3) == 0).Select(i => _subtasks[i].Id)];
        string type = Types[_random.Next(Types.Length)];
        return new Subtask
        {
            Id = $"s{index}",
            TaskType = type,
            DependsOn = [.. Shuffled(earlier)],
            Arguments = ArgumentsOf(type, earlier) is { } arguments ? JsonSerializer.SerializeToElement(arguments) : null,
            Resources = _random.Next(4) == 0 ? ResourceRequirements.Of("cpu", _random.NextInt64(1, Checker.Cpu + 1)) : ResourceRequirements.None,
            EstimatedDuration = _random.Next(2) == 0 ? null : TimeSpan.FromSeconds(_random.Next(100)),
        };
    }

    private JsonObject? ArgumentsOf(string type, string[] dependencies)
    {
        string[] points = [.. dependencies.Where(id => TypeOf(id) is "make" or "move")];
        return type switch
        {
            "move" when points.Length > 0 && _random.Next(2) == 0 => Reference(points[_random.Next(points.Length)]),
            "move" => new JsonObject { ["x"] = Number(dependencies), ["y"] = Number(dependencies) },
            "total" => new JsonObject { ["items"] = new JsonArray([.. Enumerable.Range(0, _random.Next(4)).Select(_ => Number(dependencies))]) },
            _ => _random.Next(3) == 0 ? new JsonObject() : null,
        };
    }

    private JsonNode Number(string[] dependencies)
    {
        string[] numbers = [.. dependencies.Select(id => TypeOf(id) switch { "make" or "move" => $"{id}/{"xy"[_random.Next(2)]}", "total" => id, _ => "" }).Where(text => text.Length > 0)];
        return numbers.Length > 0 && _random.Next(2) == 0 ? Reference(numbers[_random.Next(numbers.Length)]) : _random.Next(-5, 5);
    }

    private Subtask Damage(Subtask subtask) => _random.Next(13) switch
    {
        0 => subtask with { DependsOn = [.. subtask.DependsOn, "ghost"] },
        1 => subtask with { Id = AnyId() },
        2 => subtask with { DependsOn = [.. subtask.DependsOn, subtask.Id] },
        3 or 4 => subtask with { DependsOn = [.. subtask.DependsOn, AnyId()] },
        5 => subtask with { DependsOn = [.. subtask.DependsOn.Skip(1)] },
        6 => subtask with { Arguments = JsonSerializer.SerializeToElement(AnyArguments()) },
        7 => subtask with { Arguments = null },
        8 => subtask with { Resources = ResourceRequirements.Of("cpu", _random.NextInt64(1, 2 * Checker.Cpu)) },
        9 => subtask with { Resources = ResourceRequirements.Of("gpu", _random.NextInt64(1, 2 * Checker.Gpu)) },
        10 => subtask with { Resources = ResourceRequirements.Of("quantum", 1) },
        11 => subtask with { TaskType = _random.Next(2) == 0 ? "sing" : Types[_random.Next(Types.Length)] },
        _ => _random.Next(2) == 0 ? subtask with { Id = "bad id" } : subtask with { EstimatedDuration = TimeSpan.FromDays(_random.Next(-1, 1)) },
    };

    private JsonNode AnyArguments() => _random.Next(5) switch
    {
        0 => Reference(AnyId()),
        1 => new JsonObject { ["x"] = AnyItem(), ["y"] = AnyItem() },
        2 => new JsonObject { ["items"] = new JsonArray(AnyItem(), AnyItem()) },
        3 => new JsonObject { ["x"] = 1 },
        _ => new JsonArray(),
    };

    private JsonNode? AnyItem() => _random.Next(7) switch
    {
        0 => "text",
        1 => 1.5,
        2 => null,
        3 => Reference(AnyId()),
        4 => Reference($"{AnyId()}/x"),
        5 => Reference($"{AnyId()}/z"),
        _ => 3,
    };

    private static JsonObject Reference(string target) => new() { [SubtaskOutput.PropertyName] = target };

    private string AnyId() => _subtasks[_random.Next(_subtasks.Count)].Id;

    private string TypeOf(string id) => _subtasks.First(subtask => subtask.Id == id).TaskType;

    private T[] Shuffled<T>(IEnumerable<T> items)
    {
        T[] shuffled = [.. items];
        _random.Shuffle(shuffled);
        return shuffled;
    }
}
