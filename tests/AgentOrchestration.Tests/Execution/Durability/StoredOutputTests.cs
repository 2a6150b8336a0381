using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Collections.ObjectModel;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;

namespace AgentOrchestration.Tests.Execution.Durability;

/// <summary>A durable run stores an output that comes back as it was, or the subtask fails and says where the difference is.</summary>
public sealed class StoredOutputTests
{
    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public Task An_instance_of_another_type_is_refused() => IsRefusedAsync<Shape>(new Circle("c", 2), "", "StoredOutputTests.Circle comes back as an instance of AgentOrchestration.Tests.Execution.Durability.StoredOutputTests.Shape");

    [Fact]
    public async Task An_instance_of_another_type_deep_inside_is_refused_with_its_place()
    {
        await IsRefusedAsync(new Drawing([new Shape("a"), new Circle("b", 1)], new Dictionary<string, Shape>()), "/shapes/1", "Circle");
        await IsRefusedAsync(new Drawing([], new Dictionary<string, Shape> { ["x/y"] = new Circle("b", 1) }), "/named/x~1y", "Circle");
        await IsRefusedAsync<IReadOnlyList<IReadOnlyList<Shape>>>([[], [new Circle("b", 1)]], "/1/0", "Circle");
        await IsRefusedAsync<Shape[]>(new Circle[] { new("b", 1) }, "", "Circle[]");
    }

    [Fact]
    public async Task What_is_declared_as_an_object_is_refused_unless_it_is_JSON()
    {
        await IsRefusedAsync<object>("text", "", "JsonElement");
        await IsRefusedAsync(new Dictionary<string, object?> { ["n"] = 1 }, "/n", "an instance of int comes back");
        await IsRefusedAsync(new Box(1.5), "/content", "an instance of double comes back");
        await IsKeptAsync(new Box(JsonElement.Parse("[1]")), box => ((JsonElement)box.Content!).GetRawText());
        await IsKeptAsync(new Dictionary<string, object?> { ["n"] = null }, map => map.Count.ToString());
    }

    [Fact]
    public async Task Members_that_are_lost_are_refused_with_their_place()
    {
        await IsRefusedAsync(new GetOnly(5), "/count", "5 comes back as 0");
        await IsRefusedAsync(new GetOnlyField(5), "/count", "5 comes back as 0");
        await IsRefusedAsync(new Ignored { Name = "a", Secret = "s" }, "/Secret", "'s' comes back as null");
        await IsRefusedAsync(new Hidden("a", 7), "/_code", "7 comes back as 0");
        await IsRefusedAsync(new Setter { Size = 5 }, "/size", "6 comes back as 7");
        await IsRefusedAsync(new Named("numbers") { 1, 2 }, "/Label", "'numbers' comes back as ''");
        await IsRefusedAsync(new WhenDefault { Retries = 0 }, "/retries", "0 comes back as 3");
        await IsRefusedAsync<List<Ignored>>([new Ignored { Name = "a" }, new Ignored { Name = "b", Secret = "s" }], "/1/Secret", "'s' comes back as null");
    }

    [Fact]
    public async Task A_collection_whose_comparer_is_lost_is_refused()
    {
        var map = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase) { ["Key"] = 1 };
        await IsRefusedAsync(map, "", "comparer");
        await IsRefusedAsync<IReadOnlyDictionary<string, int>>(map, "", "comparer");
        await IsRefusedAsync<IDictionary<string, int>>(map, "", "comparer");
        await IsRefusedAsync<IReadOnlyDictionary<string, int>>(new ReadOnlyDictionary<string, int>(map), "", "comparer");
        await IsRefusedAsync<IReadOnlyDictionary<string, int>>(map.ToImmutableDictionary(StringComparer.OrdinalIgnoreCase), "", "comparer");
        await IsRefusedAsync(new HashSet<string>(StringComparer.OrdinalIgnoreCase) { "a" }, "", "comparer");
        await IsRefusedAsync<ISet<string>>(new HashSet<string>(StringComparer.OrdinalIgnoreCase) { "a" }, "", "comparer");
        await IsRefusedAsync(new SortedDictionary<int, string>(Comparer<int>.Create((x, y) => y.CompareTo(x))) { [1] = "a", [2] = "b" }, "", "comparer");
        await IsRefusedAsync(new ConcurrentDictionary<string, int>(map, StringComparer.OrdinalIgnoreCase), "", "comparer");
        await IsRefusedAsync(new Catalog(map), "/counts", "comparer");
    }

    [Fact]
    public async Task A_text_with_half_a_character_is_refused_wherever_it_is()
    {
        await IsRefusedAsync("half \uD83D", "", "half a character");
        await IsRefusedAsync<string[]>(["whole \uFFFD", "half \uDC00"], "/1", "half a character");
        await IsRefusedAsync(new Shape("half \uD83D"), "/name", "half a character");
        await IsRefusedAsync('\uD83D', "", "comes back as");
        await IsRefusedAsync(new Dictionary<string, int> { ["half \uD83D"] = 1 }, "/half \uFFFD", "does not come back");
        await IsRefusedAsync(JsonElement.Parse("""{"a":"half \ud83d"}"""), "", "half a character");
        await IsRefusedAsync(new Box(JsonElement.Parse("""["half \ud83d"]""")), "", "Path: $.Content");
        await IsKeptAsync("whole \uFFFD 😀", text => text);
    }

    [Fact]
    public async Task A_list_that_comes_back_in_another_order_is_refused()
    {
        await IsRefusedAsync(new Stack<int>([1, 2, 3]), "/0", "3 comes back as 1");
        await IsKeptAsync(new Queue<int>([1, 2, 3]), queue => string.Join(',', queue));
    }

    [Fact]
    public async Task What_comes_back_as_it_was_is_kept()
    {
        await IsKeptAsync(new Drawing([new Shape("a")], new Dictionary<string, Shape>(StringComparer.Ordinal) { ["b"] = new("b") }), drawing => drawing.Named["b"].Name);
        await IsKeptAsync<Animal>(new Dog(3), animal => ((Dog)animal).Age.ToString());
        await IsKeptAsync((1, "two", (double?)null), tuple => tuple.Item2);
        await IsKeptAsync<IEnumerable<int>>(Enumerable.Range(1, 3).Where(number => number > 1), numbers => string.Join(',', numbers));
        await IsKeptAsync(new Dictionary<DayOfWeek, decimal[]> { [DayOfWeek.Friday] = [1.50m] }, map => map[DayOfWeek.Friday][0].ToString());
        await IsKeptAsync(new HashSet<Shape> { new("b"), new("a") }, set => string.Join(',', set.Select(shape => shape.Name).Order()));
        await IsKeptAsync<JsonNode>(new JsonObject { ["a"] = 1.0, ["b"] = new JsonArray(null, true) }, node => node.ToJsonString());
        await IsKeptAsync(new Computed([3, 4]), computed => $"{computed.Sum} {computed.Cached}");
        await IsKeptAsync(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.FromHours(2)), time => time.ToString("O"));
        await IsKeptAsync(new Tree("root", [new Tree("leaf", [])]), tree => tree.Children[0].Name);
        await IsKeptAsync(new Raised { Name = "a" }, raised => raised.Name);
        await IsKeptAsync<string?>(null, text => text ?? "null");
        await IsKeptAsync(JsonElement.Parse("""{"a":1,"a":2.50,"b":"\u00e9"}"""), json => $"{json.EnumerateObject().ElementAt(1).Value.GetRawText()} {json.GetProperty("b").GetString()}");
        await IsKeptAsync(double.MaxValue, number => number.ToString("R"));
    }

    [Fact]
    public async Task A_type_that_accepts_loss_warns_and_what_comes_back_counts_at_once()
    {
        var log = new FakeLogCollector();
        DurableHost host = new(builder => builder
            .AddTaskType("make", "Makes.", (None _, TaskContext _, CancellationToken _) => ValueTask.FromResult<Shape>(new Circle("c", 2)), type => type.AcceptLossyOutput = true)
            .AddTaskType("name", "Names.", (Shape shape, TaskContext _, CancellationToken _) => ValueTask.FromResult(shape.GetType().Name)));
        await using ServiceProvider process = host.NewProcess(also: builder => builder.Services.AddLogging(logging => logging.AddProvider(new FakeLoggerProvider(log))));
        await using OrchestrationRun run = await DurableHost.OrchestratorOf(process).StartAsync(TaskPlan.Create(plan => plan.Add("name", "name", plan.Add("make", "make").Output())), TestEnd);

        RunResult result = await run.EndAsync();
        RunResult again = await host.ResumeToEndAsync(run.RunId);

        Assert.Equal((RunOutcome.Succeeded, "Shape"), (result.Outcome, result.GetOutput<string>("name")));
        Assert.IsType<Shape>(result["make"].Output);
        Assert.IsType<Shape>(again["make"].Output);
        FakeLogRecord warning = Assert.Single(log.GetSnapshot(), record => record.Level == LogLevel.Warning);
        Assert.Contains("subtask make", warning.Message, StringComparison.Ordinal);
        Assert.Contains("Circle", warning.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task In_memory_an_output_is_handed_on_as_it_is()
    {
        await using Engine engine = Engine.For<Shape>((_, _) => ValueTask.FromResult<Shape>(new Circle("c", 2)));

        Assert.IsType<Circle>((await engine.RunOneAsync())["only"].Output);
    }

    private static async Task IsRefusedAsync<T>(T output, string path, string what)
    {
        (SubtaskSnapshot subtask, _) = await RunAsync(output);

        Assert.Equal((SubtaskState.Failed, "ResultNotStorable"), (subtask.State, subtask.Error?.Kind));
        Assert.StartsWith("The result of 'only' (", subtask.Error!.Message, StringComparison.Ordinal);
        Assert.Equal(path.Length > 0, subtask.Error.Message.Contains($": at '{path}', ", StringComparison.Ordinal));
        Assert.Equal(path.Length > 0, subtask.Error.Message.Contains(": at '", StringComparison.Ordinal));
        Assert.Contains(what, subtask.Error.Message, StringComparison.Ordinal);
    }

    private static async Task IsKeptAsync<T>(T output, Func<T, string> look)
    {
        (SubtaskSnapshot subtask, SubtaskSnapshot resumed) = await RunAsync(output);

        Assert.Equal((SubtaskState.Succeeded, null), (subtask.State, subtask.Error?.Message));
        Assert.Same((object?)output is ValueType ? subtask.Output : output, subtask.Output);
        Assert.Equal(look((T)subtask.Output!), look((T)resumed.Output!));
    }

    private static async Task<(SubtaskSnapshot Subtask, SubtaskSnapshot Resumed)> RunAsync<T>(T output)
    {
        DurableHost host = new(builder => builder.AddTaskType<None, T>("work", "Works.", (_, _, _) => ValueTask.FromResult(output)));
        await using ServiceProvider process = host.NewProcess();
        await using OrchestrationRun run = await DurableHost.OrchestratorOf(process).StartAsync(TaskPlan.Create(plan => plan.Add("only", "work")), TestEnd);
        RunResult result = await run.EndAsync();
        return (result["only"], (await host.ResumeToEndAsync(run.RunId))["only"]);
    }

    private record Shape(string Name);

    private sealed record Circle(string Name, double Radius) : Shape(Name);

    private sealed record Drawing(IReadOnlyList<Shape> Shapes, Dictionary<string, Shape> Named);

    private sealed record Box(object? Content);

    private sealed record Catalog(IReadOnlyDictionary<string, int> Counts);

    private sealed record Tree(string Name, IReadOnlyList<Tree> Children);

    [JsonDerivedType(typeof(Dog), "dog")]
    private abstract record Animal;

    private sealed record Dog(int Age) : Animal;

    private sealed class GetOnly
    {
        [JsonConstructor]
        public GetOnly()
        {
        }

        public GetOnly(int count) => Count = count;

        public int Count { get; }
    }

    private sealed class GetOnlyField
    {
        private readonly int _count;

        [JsonConstructor]
        public GetOnlyField()
        {
        }

        public GetOnlyField(int count) => _count = count;

        public int Count => _count;
    }

    private sealed class Ignored
    {
        public string Name { get; set; } = "";

        [JsonIgnore]
        public string? Secret { get; set; }
    }

    private sealed class Hidden
    {
        private readonly int _code;

        [JsonConstructor]
        public Hidden(string name) => Name = name;

        public Hidden(string name, int code)
            : this(name) => _code = code;

        public string Name { get; }

        public override string ToString() => $"{Name} {_code}";
    }

    private sealed class Setter
    {
        public int Size
        {
            get;
            set => field = value + 1;
        }
    }

    private sealed class Named : List<int>
    {
        public Named()
            : this("")
        {
        }

        public Named(string label) => Label = label;

        public string Label { get; }
    }

    private sealed class WhenDefault
    {
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
        public int Retries { get; set; } = 3;
    }

    private sealed class Computed(IReadOnlyList<int> numbers)
    {
        private int? _cached;

        public IReadOnlyList<int> Numbers { get; } = numbers;

        [JsonIgnore]
        public int Sum => Numbers.Sum();

        public int Cached => _cached ??= Numbers.Sum();
    }

    private sealed class Raised
    {
        private readonly Lock _gate = new();
        private readonly object _oldGate = new();
        private readonly Func<int> _code = () => 1;

        [NonSerialized]
        private Guid _instance = Guid.NewGuid();

        public Raised() => Changed += (_, _) => { };

        public event EventHandler? Changed;

        public override string ToString() => $"{_instance} {_code()} {_oldGate}";

        public string Name
        {
            get;
            set
            {
                lock (_gate)
                {
                    field = value;
                    _instance = Guid.NewGuid();
                    Changed?.Invoke(this, EventArgs.Empty);
                }
            }
        }

        = "";
    }
}
