using AgentOrchestration.Planning;
using AgentOrchestration.Planning.Selection;
using AgentOrchestration.Tests.Execution;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Time.Testing;

namespace AgentOrchestration.Tests.Planning.Selection;

/// <summary>Embeddings help to select, and their failure costs no plan.</summary>
public sealed class EmbeddingSelectionTests : IDisposable
{
    private readonly FakeTimeProvider _clock = new();
    private readonly LogOfWarnings _log = new();
    private readonly TaskTypes _taskTypes = TaskTypes.Of(("send_mail", "Sends an email."), ("book_flight", "Books an airline ticket."));

    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    public void Dispose() => _log.Dispose();

    [Fact]
    public async Task A_goal_without_a_common_word_is_found_by_its_meaning()
    {
        var meanings = new Meanings(text => text.Contains("flight", StringComparison.Ordinal) || text.Contains("Flugzeug", StringComparison.Ordinal) ? [1, 0] : [0, 1]);

        Assert.Equal(["book_flight"], await SelectAsync(New(meanings), "Flugzeug?"));
        Assert.Empty(_log.Lines);
    }

    [Fact]
    public async Task Descriptions_are_embedded_once()
    {
        var meanings = new Meanings(_ => [1, 0]);
        TaskTypeSelector selector = New(meanings);

        await SelectAsync(selector, "one");
        await SelectAsync(selector, "two");

        Assert.Equal(["send_mail: Sends an email.", "book_flight: Books an airline ticket.", "one\n", "two\n"], meanings.Asked);
    }

    [Fact]
    public async Task A_generator_that_fails_is_logged_and_words_select() => await FailsAsync(new Meanings(_ => throw new HttpRequestException("503")));

    [Fact]
    public async Task A_generator_that_answers_null_is_logged_and_words_select() => await FailsAsync(new Meanings(_ => null));

    [Fact]
    public async Task A_generator_that_answers_other_dimensions_is_logged_and_words_select() => await FailsAsync(new Meanings(text => text.StartsWith("mail", StringComparison.Ordinal) ? [1] : [1, 0]));

    [Fact]
    public async Task A_generator_that_answers_nothing_is_logged_and_words_select() => await FailsAsync(new Meanings(_ => []));

    [Fact]
    public async Task A_generator_that_answers_too_few_is_logged_and_words_select() => await FailsAsync(new Meanings(_ => [1, 0]) { LeavesOut = 1 });

    [Fact]
    public async Task Values_that_are_no_numbers_decide_nothing()
    {
        Assert.Equal(["send_mail"], await SelectAsync(New(new Meanings(_ => [float.NaN, float.PositiveInfinity])), "mail"));
        Assert.Equal(["send_mail"], await SelectAsync(New(new Meanings(_ => [0, 0])), "mail"));
    }

    [Fact]
    public async Task A_generator_that_hangs_is_given_up_and_asked_again_after_a_minute()
    {
        bool hangs = true;
        var meanings = new Meanings(_ => [1, 0]) { Before = stop => hangs ? Task.Delay(Timeout.Infinite, stop) : Task.CompletedTask };
        TaskTypeSelector selector = New(meanings);
        Task<IReadOnlyList<string>> first = SelectAsync(selector, "mail").AsTask();
        _clock.Advance(TimeSpan.FromSeconds(30));

        Assert.Equal(["send_mail"], await first.InTimeAsync());
        Assert.Single(_log.Lines);
        hangs = false;
        await SelectAsync(selector, "mail");
        Assert.DoesNotContain("mail\n", meanings.Asked);
        _clock.Advance(TimeSpan.FromMinutes(1));
        await SelectAsync(selector, "mail");
        Assert.Contains("mail\n", meanings.Asked);
    }

    [Fact]
    public async Task Planning_that_is_cancelled_while_the_generator_works_ends_and_is_no_failure()
    {
        using var stop = new CancellationTokenSource();
        TaskTypeSelector selector = New(new Meanings(_ => [1, 0]) { Before = token => Task.Delay(Timeout.Infinite, token) });
        Task<IReadOnlyList<string>> selection = selector.SelectAsync(new TaskTypeQuery(new OrchestrationRequest("mail"), _taskTypes, 1), stop.Token).AsTask();
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => selection.InTimeAsync());
        Assert.Empty(_log.Lines);
    }

    private async Task FailsAsync(Meanings meanings)
    {
        TaskTypeSelector selector = New(meanings);

        Assert.Equal(["send_mail"], await SelectAsync(selector, "mail"));
        Assert.Equal(["send_mail"], await SelectAsync(selector, "mail again"));
        Assert.StartsWith("The embedding generator failed", Assert.Single(_log.Lines), StringComparison.Ordinal);
    }

    private TaskTypeSelector New(IEmbeddingGenerator<string, Embedding<float>> generator) => new([], generator, _clock, _log);

    private ValueTask<IReadOnlyList<string>> SelectAsync(TaskTypeSelector selector, string goal) =>
        selector.SelectAsync(new TaskTypeQuery(new OrchestrationRequest(goal), _taskTypes, 1), TestEnd);

    /// <summary>A generator that answers what a test says.</summary>
    private sealed class Meanings(Func<string, float[]?> meaningOf) : IEmbeddingGenerator<string, Embedding<float>>
    {
        public List<string> Asked { get; } = [];

        public int LeavesOut { get; init; }

        public Func<CancellationToken, Task> Before { get; init; } = _ => Task.CompletedTask;

        public async Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
        {
            await Before(cancellationToken);
            string[] texts = [.. values];
            Asked.AddRange(texts);
            float[]?[] meanings = [.. texts.Select(meaningOf)];
            return meanings.Contains(null) ? null! : [.. meanings.Skip(LeavesOut).Select(meaning => new Embedding<float>(meaning!))];
        }

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        public void Dispose()
        {
        }
    }
}
