using System.Collections.Concurrent;
using System.Linq.Expressions;
using AgentOrchestration.Tasks;
using AgentOrchestration.Tests.Execution;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Tests.Tasks;

/// <summary>Every form that the code of a task type may have, as an application writes it.</summary>
public sealed class DelegateFormTests
{
    /// <summary>The inputs that forms without an output had; each test has its own.</summary>
    private static readonly ConcurrentBag<string> Done = [];

    public static TheoryData<string> Forms => [.. All.Keys];

    private static Dictionary<string, Action<IAgentOrchestrationBuilder>> All { get; } = new()
    {
        ["async (input, context, stop)"] = b => b.AddTaskType("work", "Works.", async (string text, TaskContext context, CancellationToken stop) => { await Task.Yield(); return text + context.Attempt; }),
        ["async (input, stop)"] = b => b.AddTaskType("work", "Works.", async (string text, CancellationToken stop) => { await Task.Yield(); return text + 1; }),
        ["async (input, context)"] = b => b.AddTaskType("work", "Works.", async (string text, TaskContext context) => { await Task.Yield(); return text + context.Attempt; }),
        ["async (input)"] = b => b.AddTaskType("work", "Works.", async (string text) => { await Task.Yield(); return text + 1; }),
        ["task (input, stop)"] = b => b.AddTaskType("work", "Works.", (string text, CancellationToken stop) => Task.FromResult(text + 1)),
        ["task (input)"] = b => b.AddTaskType("work", "Works.", (string text) => Task.FromResult(text + 1)),
        ["value task (input)"] = b => b.AddTaskType("work", "Works.", (string text) => ValueTask.FromResult(text + 1)),
        ["value (input, context, stop)"] = b => b.AddTaskType("work", "Works.", (string text, TaskContext context, CancellationToken stop) => text + context.Attempt),
        ["value (input)"] = b => b.AddTaskType("work", "Works.", (string text) => text + 1),
        ["types (input)"] = b => b.AddTaskType<string, string>("work", "Works.", text => text + 1),
        ["types async (input, context, stop)"] = b => b.AddTaskType<string, string>("work", "Works.", async (text, context, stop) => { await Task.Yield(); return text + 1; }),
        ["method (input)"] = b => b.AddTaskType("work", "Works.", Append),
        ["method task (input)"] = b => b.AddTaskType("work", "Works.", AppendAsync),
        ["method value task (input, context, stop)"] = b => b.AddTaskType("work", "Works.", AppendAttemptAsync),
        ["method with types"] = b => b.AddTaskType<string, string>("work", "Works.", AppendAsync),
        ["a delegate of a type of its own"] = b => b.AddTaskType("work", "Works.", new OwnDelegate(Append)),
        ["a delegate of a type of its own, made of an expression"] = b => b.AddTaskType("work", "Works.", Compiled()),
        ["a delegate of a type of its own, of two methods"] = b => b.AddTaskType("work", "Works.", new OwnDelegate(text => text + 2) + Append),
        ["a static local function"] = b => { b.AddTaskType("work", "Works.", Local); static string Local(string text) => text + 1; },
        ["a generic method"] = b => b.AddTaskType("work", "Works.", AppendTo<string>),
        ["a method of an object"] = b => b.AddTaskType("work", "Works.", new Appender(1).Append),
        ["a method of an object, as a delegate of a type of its own"] = b => b.AddTaskType("work", "Works.", new OwnDelegate(new Appender(1).Append)),
        ["variable"] = b => { Func<string, Task<string>> code = AppendAsync; b.AddTaskType("work", "Works.", code); },
    };

    private static Dictionary<string, (Action<IAgentOrchestrationBuilder> Add, object Output)> Inputless { get; } = new()
    {
        ["async (context, stop)"] = (b => b.AddTaskType("work", "Works.", async (TaskContext context, CancellationToken stop) => { await Task.Yield(); return context.Attempt; }), 1),
        ["async (stop)"] = (b => b.AddTaskType("work", "Works.", async (CancellationToken stop) => { await Task.Yield(); return 1; }), 1),
        ["async (context)"] = (b => b.AddTaskType("work", "Works.", async (TaskContext context) => { await Task.Yield(); return context.Attempt; }), 1),
        ["async ()"] = (b => b.AddTaskType("work", "Works.", async () => { await Task.Yield(); return 1; }), 1),
        ["task (context)"] = (b => b.AddTaskType("work", "Works.", (TaskContext context) => Task.FromResult(context.Attempt)), 1),
        ["value (context, stop)"] = (b => b.AddTaskType("work", "Works.", (TaskContext context, CancellationToken stop) => context.Attempt), 1),
        ["value (stop)"] = (b => b.AddTaskType("work", "Works.", (CancellationToken stop) => 1), 1),
        ["value ()"] = (b => b.AddTaskType("work", "Works.", () => 1), 1),
        ["method ()"] = (b => b.AddTaskType("work", "Works.", One), 1),
        ["method async ()"] = (b => b.AddTaskType("work", "Works.", OneAsync), 1),
        ["no output ()"] = (b => b.AddTaskType("work", "Works.", () => { }), None.Value),
        ["no output task ()"] = (b => b.AddTaskType("work", "Works.", () => Task.CompletedTask), None.Value),
        ["no output async ()"] = (b => b.AddTaskType("work", "Works.", async () => { await Task.Yield(); }), None.Value),
        ["no output (context, stop)"] = (b => b.AddTaskType("work", "Works.", (TaskContext context, CancellationToken stop) => { }), None.Value),
    };

    private static Dictionary<string, Action<IAgentOrchestrationBuilder>> Outputless { get; } = new()
    {
        ["async (input, context, stop)"] = b => b.AddTaskType("work", "Works.", async (string text, TaskContext context, CancellationToken stop) => { await Task.Yield(); Done.Add(text); }),
        ["async (input, stop)"] = b => b.AddTaskType("work", "Works.", async (string text, CancellationToken stop) => { await Task.Yield(); Done.Add(text); }),
        ["async (input)"] = b => b.AddTaskType("work", "Works.", async (string text) => { await Task.Yield(); Done.Add(text); }),
        ["task (input, context)"] = b => b.AddTaskType("work", "Works.", (string text, TaskContext context) => { Done.Add(text); return Task.CompletedTask; }),
        ["value task (input)"] = b => b.AddTaskType("work", "Works.", (string text) => { Done.Add(text); return ValueTask.CompletedTask; }),
        ["nothing (input, context, stop)"] = b => b.AddTaskType("work", "Works.", (string text, TaskContext context, CancellationToken stop) => Done.Add(text)),
        ["nothing (input, context)"] = b => b.AddTaskType("work", "Works.", (string text, TaskContext context) => Done.Add(text)),
        ["nothing (input)"] = b => b.AddTaskType("work", "Works.", (string text) => Done.Add(text)),
        ["method nothing (input)"] = b => b.AddTaskType("work", "Works.", Tell),
        ["method task (input, stop)"] = b => b.AddTaskType("work", "Works.", TellAsync),
    };

    public static TheoryData<string> InputlessForms => [.. Inputless.Keys];

    public static TheoryData<string> OutputlessForms => [.. Outputless.Keys];

    private delegate string OwnDelegate(string text);

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task Code_with_input_and_output_runs(string form)
    {
        await using var engine = new Engine(builder => All[form](builder));

        RunResult result = await engine.RunAsync(plan => plan.Add("only", "work", input: "a"));

        Assert.Equal("a1", result.GetOutput<string>("only"));
        Assert.Equal((typeof(string), typeof(string)), TypesOf(engine));
    }

    [Theory]
    [MemberData(nameof(InputlessForms))]
    public async Task Code_without_input_runs(string form)
    {
        (Action<IAgentOrchestrationBuilder> add, object output) = Inputless[form];
        await using var engine = new Engine(add);

        RunResult result = await engine.RunOneAsync();

        Assert.Equal(output, result.GetOutput<object>("only"));
        Assert.Equal((typeof(None), output.GetType()), TypesOf(engine));
    }

    [Theory]
    [MemberData(nameof(OutputlessForms))]
    public async Task Code_without_output_runs_to_its_end(string form)
    {
        await using var engine = new Engine(Outputless[form]);

        RunResult result = await engine.RunAsync(plan => plan.Add("only", "work", input: form));

        Assert.Equal(RunOutcome.Succeeded, result.Outcome);
        Assert.Contains(form, Done);
        Assert.Equal((typeof(string), typeof(None)), TypesOf(engine));
    }

    [Fact]
    public void Code_of_another_form_is_refused_with_what_is_wanted()
    {
        Assert.All<Delegate>(
            [(int a, int b) => a + b, (CancellationToken stop, string text) => text, (ref int a) => a, (TaskContext one, TaskContext two) => 1],
            code => Assert.Contains("It must take one input, then a TaskContext", Assert.Throws<ArgumentException>("handler", () => Add(code)).Message, StringComparison.Ordinal));

        static void Add(Delegate code) => new ServiceCollection().AddAgentOrchestration().AddTaskType("work", "Works.", code);
    }

    [Fact]
    public void Null_is_what_the_code_declares()
    {
        Assert.Equal((false, false), NullsOf(b => b.AddTaskType("work", "Works.", string (string text) => text)));
        Assert.Equal((true, true), NullsOf(b => b.AddTaskType("work", "Works.", string? (string? text) => text)));
        Assert.Equal((false, false), NullsOf(b => b.AddTaskType("work", "Works.", AppendAsync)));
        Assert.Equal((true, false), NullsOf(b => b.AddTaskType("work", "Works.", Task<string> (string? text, CancellationToken stop) => Task.FromResult(text ?? ""))));

        static (bool, bool) NullsOf(Action<IAgentOrchestrationBuilder> add)
        {
            var services = new ServiceCollection();
            add(services.AddAgentOrchestration());
            var type = (TaskDescriptor)services.Single(service => service.ServiceType == typeof(TaskDescriptor)).ImplementationInstance!;
            return (type.InputMayBeNull, type.OutputMayBeNull);
        }
    }

    private static (Type, Type) TypesOf(Engine engine)
    {
        TaskDescriptor type = engine.Services.GetRequiredService<ITaskTypeRegistry>().Get("work");
        return (type.InputType, type.OutputType);
    }

    private static string Append(string text) => text + 1;

    private static Task<string> AppendAsync(string text) => Task.FromResult(text + 1);

    private static ValueTask<string> AppendAttemptAsync(string text, TaskContext context, CancellationToken stop) => ValueTask.FromResult(text + context.Attempt);

    private static string AppendTo<T>(T text) => $"{text}1";

    private static OwnDelegate Compiled()
    {
        ParameterExpression text = Expression.Parameter(typeof(string));
        return Expression.Lambda<OwnDelegate>(Expression.Call(typeof(string).GetMethod(nameof(string.Concat), [typeof(string), typeof(string)])!, text, Expression.Constant("1")), text).Compile();
    }

    private static int One() => 1;

    private static async Task<int> OneAsync()
    {
        await Task.Yield();
        return 1;
    }

    private sealed class Appender(int number)
    {
        public string Append(string text) => text + number;
    }

    private static void Tell(string text) => Done.Add(text);

    private static Task TellAsync(string text, CancellationToken stop)
    {
        Done.Add(text);
        return Task.CompletedTask;
    }
}
