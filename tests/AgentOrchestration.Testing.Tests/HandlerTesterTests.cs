using AgentOrchestration.Tasks;
using AgentOrchestration.Tasks.Batching;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace AgentOrchestration.Testing.Tests;

public sealed class HandlerTesterTests
{
    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_handler_comes_from_the_container_and_its_context_shows_what_it_did()
    {
        await using var tester = HandlerTester.For<Greeting>(services => services.AddSingleton(new Greeter("Hello")));

        string output = await tester.ExecuteAsync<string>("world", TestEnd);

        Assert.Equal("Hello, world", output);
        Assert.Equal([new ReportedProgress(1, "greeted")], tester.Context.Progress);
        Assert.Equal("greeting", tester.Context.TaskType.Name);
    }

    [Fact]
    public async Task Every_call_is_another_attempt_with_a_scope_of_its_own()
    {
        await using var tester = HandlerTester.For<Greeting>(services => services.AddScoped(_ => new Greeter("Hello")));

        await tester.ExecuteAsync<string>("world", TestEnd);
        TestTaskContext first = tester.Context;
        await tester.ExecuteAsync<string>("world", TestEnd);

        Assert.Equal((1, 2), (first.Attempt, tester.Context.Attempt));
        Assert.Throws<ObjectDisposedException>(() => first.Services.GetService<Greeter>());
    }

    [Fact]
    public async Task Work_is_undone()
    {
        var greeter = new Greeter("Hello");
        await using var tester = HandlerTester.For<Greeting>(services => services.AddSingleton(greeter));

        await tester.CompensateAsync("world", "Hello, world", TestEnd);

        Assert.Equal("Hello, world", greeter.TakenBack);
    }

    [Fact]
    public async Task Delegates_are_task_types_too_and_see_the_containers_clock()
    {
        var clock = new FakeTimeProvider();
        var taskType = TaskDescriptor.For("year", "Tells the year.", (None _, TaskContext context, CancellationToken _) => ValueTask.FromResult(context.TimeProvider.GetUtcNow().Year));
        await using var tester = HandlerTester.For(taskType, services => services.AddSingleton<TimeProvider>(clock));

        Assert.Equal(2000, await tester.ExecuteAsync<int>(cancellationToken: TestEnd));
        await Assert.ThrowsAsync<NotSupportedException>(() => tester.CompensateAsync(null, 2000, TestEnd));
    }

    [Fact]
    public async Task ExecuteAsync_InputOfAnotherType_IsRefused()
    {
        await using var tester = HandlerTester.For<Greeting>(services => services.AddSingleton(new Greeter("Hello")));

        ArgumentException refusal = await Assert.ThrowsAsync<ArgumentException>(() => tester.ExecuteAsync<string>(5, TestEnd));

        Assert.Contains("System.Int32", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ExecuteAsync_NullForAnOutputThatIsDeclaredNotToBe_IsRefusedAsInARun()
    {
        await using var liar = HandlerTester.For(TaskDescriptor.For<None, string>("liar", "Lies.", (_, _, _) => ValueTask.FromResult<string>(null!)));
        await using var maybe = HandlerTester.For(TaskDescriptor.For<None, string?>("maybe", "May give null.", (_, _, _) => ValueTask.FromResult<string?>(null)));

        Assert.Contains("'liar' has returned null", (await Assert.ThrowsAsync<InvalidOperationException>(() => liar.ExecuteAsync<string>(cancellationToken: TestEnd))).Message, StringComparison.Ordinal);
        Assert.Null(await maybe.ExecuteAsync<string?>(cancellationToken: TestEnd));
    }

    [Fact]
    public async Task ExecuteAsync_HandlerThrows_ThrowsTheSame()
    {
        await using var tester = HandlerTester.For<Greeting>(services => services.AddSingleton(new Greeter("")));

        await Assert.ThrowsAsync<TaskFailedException>(() => tester.ExecuteAsync<string>("world", TestEnd));
    }

    [Fact]
    public async Task Code_whose_answers_depend_on_their_company_is_found()
    {
        await using var honest = HandlerTester.For(Lengths((texts, _) => [.. texts.Select(text => text.Length)]));
        await using var shifted = HandlerTester.For(Lengths((texts, _) => [.. texts.Select((text, index) => text.Length + index)]));
        await using var failing = HandlerTester.For(Lengths((texts, _) => texts.Contains("") ? throw new InvalidDataException("Empty.") : [.. texts.Select(text => text.Length)]));

        await honest.CheckBatchAsync(["a", "bb", "ccc"], TestContext.Current.CancellationToken);
        await failing.CheckBatchAsync(["a", "", "ccc"], TestContext.Current.CancellationToken);
        InvalidOperationException found = await Assert.ThrowsAsync<InvalidOperationException>(() => shifted.CheckBatchAsync(["a", "bb"], TestContext.Current.CancellationToken));

        Assert.Contains("Input 1 of 'length'", found.Message, StringComparison.Ordinal);
        Assert.Contains("alone 2, but 3", found.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Code_that_takes_one_subtask_at_a_time_has_no_batch_to_check()
    {
        await using var tester = HandlerTester.For<Greeting>(services => services.AddSingleton(new Greeter("")));

        await Assert.ThrowsAsync<InvalidOperationException>(() => tester.CheckBatchAsync(["a", "b"], TestContext.Current.CancellationToken));
    }

    private static TaskDescriptor Lengths(Func<IReadOnlyList<string>, BatchContext, IReadOnlyList<int>> code) => TaskDescriptor.ForBatch<string, int>(
        "length", "Counts characters.", (texts, context, _) => ValueTask.FromResult(code(texts, context)), type => type.Effect = TaskEffect.Pure);

    private sealed class Greeter(string word)
    {
        public string Word { get; } = word;

        public string? TakenBack { get; set; }
    }

    [TaskType("greeting", Description = "Greets.")]
    private sealed class Greeting(Greeter greeter) : ITaskHandler<string, string>, ICompensable<string, string>
    {
        public async ValueTask<string> ExecuteAsync(string input, TaskContext context, CancellationToken cancellationToken)
        {
            await Task.Yield();
            context.ReportProgress(1, "greeted");
            return greeter.Word.Length > 0 ? $"{greeter.Word}, {input}" : throw new TaskFailedException("No word.");
        }

        public ValueTask CompensateAsync(string input, string output, TaskContext context, CancellationToken cancellationToken)
        {
            greeter.TakenBack = output;
            return ValueTask.CompletedTask;
        }
    }
}
