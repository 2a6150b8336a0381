using System.Collections.Concurrent;
using AgentOrchestration.Execution.Attempts;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Tests.Execution;

public sealed class MiddlewareTests
{
    [Fact]
    public async Task The_first_registered_is_the_outermost_around_every_attempt()
    {
        var journal = new Journal();
        await using Engine engine = Create(
            journal,
            (context, _) =>
            {
                journal.Write($"work {context.Attempt}");
                return context.Attempt == 1 ? throw new InvalidDataException("Bad data.") : ValueTask.FromResult<string?>("output");
            },
            options =>
            {
                options.Retry.MaxAttempts = 2;
                options.Retry.Delay = TimeSpan.Zero;
            });

        await engine.RunOneAsync();

        Assert.Equal(
            [
                "outer begins only 1", "inner begins", "work 1", "inner threw", "outer threw",
                "outer begins only 2", "inner begins", "work 2", "inner ends", "outer ends",
            ],
            journal.Lines);
    }

    [Fact]
    public async Task It_may_answer_in_place_of_the_work_or_change_the_answer()
    {
        var journal = new Journal { Answer = _ => "another" };
        await using Engine engine = Create(journal, (_, _) => ValueTask.FromResult<string?>("output"));

        Assert.Equal("another", (await engine.RunOneAsync()).GetOutput<string>("only"));
    }

    [Fact]
    public async Task An_answer_of_the_wrong_type_fails_the_subtask_and_names_both_types()
    {
        var journal = new Journal { Answer = _ => 42 };
        await using Engine engine = Create(journal, (_, _) => ValueTask.FromResult<string?>("output"));

        SubtaskSnapshot subtask = (await engine.RunOneAsync())["only"];

        Assert.Equal((SubtaskState.Failed, "InvalidCastException"), (subtask.State, subtask.Error!.Kind));
        Assert.Contains("System.Int32, not System.String", subtask.Error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Its_exception_is_an_error_of_the_attempt_like_any_other()
    {
        var journal = new Journal { Answer = context => context.Attempt == 1 ? throw new InvalidOperationException("The middleware broke.") : "second" };
        await using Engine engine = Create(journal, (_, _) => ValueTask.FromResult<string?>("output"), options =>
        {
            options.Retry.MaxAttempts = 2;
            options.Retry.Delay = TimeSpan.Zero;
        });

        RunResult result = await engine.RunOneAsync();

        Assert.Equal(("second", 2), (result.GetOutput<string>("only"), result["only"].Attempts));
    }

    private static Engine Create(Journal journal, Func<TaskContext, CancellationToken, ValueTask<string?>> work, Action<TaskTypeOptions>? taskType = null) => new(
        builder => builder
            .AddMiddleware<Outer>()
            .AddMiddleware<Inner>()
            .AddTaskType("work", "Works.", (None _, TaskContext context, CancellationToken stop) => work(context, stop), taskType),
        services: services => services.AddSingleton(journal));

    private sealed class Journal
    {
        private readonly ConcurrentQueue<string> _lines = [];

        public IEnumerable<string> Lines => _lines;

        public Func<TaskContext, object?>? Answer { get; init; }

        public void Write(string line) => _lines.Enqueue(line);
    }

    private sealed class Outer(Journal journal) : TaskMiddleware
    {
        public override async ValueTask<object?> InvokeAsync(TaskContext context, TaskDelegate next, CancellationToken cancellationToken)
        {
            journal.Write($"outer begins {context.Subtask.Id} {context.Attempt}");
            try
            {
                object? output = await next(context, cancellationToken);
                journal.Write("outer ends");
                return output;
            }
            catch
            {
                journal.Write("outer threw");
                throw;
            }
        }
    }

    private sealed class Inner(Journal journal) : TaskMiddleware
    {
        public override async ValueTask<object?> InvokeAsync(TaskContext context, TaskDelegate next, CancellationToken cancellationToken)
        {
            journal.Write("inner begins");
            if (journal.Answer is { } answer)
            {
                return answer(context);
            }

            try
            {
                object? output = await next(context, cancellationToken);
                journal.Write("inner ends");
                return output;
            }
            catch
            {
                journal.Write("inner threw");
                throw;
            }
        }
    }
}
