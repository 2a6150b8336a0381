using System.Text.Json;
using AgentOrchestration.Planning;
using AgentOrchestration.Planning.Selection;
using Microsoft.Extensions.Logging.Abstractions;

namespace AgentOrchestration.Tests.Planning.Selection;

public sealed class TaskTypeSelectorTests
{
    private static CancellationToken TestEnd => TestContext.Current.CancellationToken;

    private static TaskTypes Office { get; } = TaskTypes.Of(
        ("send_mail", "Sends an email message to people."),
        ("read_calendar", "Reads the appointments of a day."),
        ("book_flight", "Books an airline ticket."),
        ("weather_forecast", "Tells tomorrow's weather of a city."),
        ("translate_text", "Translates text between languages."),
        ("get_invoice", "Finds an invoice by its number."));

    [Theory]
    [InlineData("Mail the report to Ada", "send_mail")]
    [InlineData("What are my appointments today?", "read_calendar")]
    [InlineData("flight", "book_flight")]
    [InlineData("I am booking flights", "book_flight")]
    [InlineData("translating", "translate_text")]
    public async Task Words_and_their_forms_find_task_types(string goal, string expected) => Assert.Equal(expected, (await SelectAsync(New(), goal))[0]);

    [Fact]
    public async Task Each_step_of_a_request_finds_its_task_type()
    {
        IReadOnlyList<string> selected = await SelectAsync(New(), "Look at the weather in Rome, then book a flight there; translate the ticket, and mail it to Ada.", max: 4);

        Assert.Equal(["book_flight", "send_mail", "translate_text", "weather_forecast"], selected.Order());
    }

    [Fact]
    public async Task The_names_of_inputs_are_searched_too()
    {
        var request = new OrchestrationRequest("Do it") { Inputs = { ["invoiceNumber"] = 12 } };

        Assert.Equal("get_invoice", (await New().SelectAsync(new TaskTypeQuery(request, Office, 3), TestEnd))[0]);
    }

    [Fact]
    public async Task What_served_a_similar_goal_is_found_again_though_no_word_of_it_is_the_same()
    {
        TaskTypeSelector selector = New();
        selector.Learn(Plan("Кто завтра свободен для разговора?", "read_calendar"));
        selector.Learn(Plan("Какая погода в Риме?", "weather_forecast"));

        Assert.Equal("read_calendar", (await SelectAsync(selector, "Свободен ли Иван для разговора?"))[0]);
        Assert.Empty(await SelectAsync(New(), "Свободен ли Иван для разговора?"));
    }

    [Fact]
    public async Task What_was_used_together_with_the_best_is_selected_too()
    {
        TaskTypeSelector selector = New();
        Assert.DoesNotContain("get_invoice", await SelectAsync(selector, "flight", max: 2));

        for (int i = 0; i < 3; i++)
        {
            selector.Learn(Plan($"trip {i}", "book_flight", "get_invoice"));
        }

        Assert.Equal(["book_flight", "get_invoice"], await SelectAsync(selector, "flight", max: 2));
    }

    [Fact]
    public async Task What_produces_an_input_of_the_best_is_selected_too()
    {
        TaskTypes taskTypes = TaskTypes.Of(("qq", "Вещь."))
            .Add("find_person", "Looks somebody up.", output: """{"type":"object","properties":{"customerKey":{"type":"string"},"name":{"type":"string"}}}""")
            .Add("print_letter", "Prints a letter.", input: """{"type":"object","properties":{"customerKey":{"type":["string","null"]},"text":{"type":"string"}}}""");

        Assert.Equal(["find_person", "print_letter"], (await SelectAsync(New(), "letter", taskTypes)).Order());
    }

    [Fact]
    public async Task What_everything_produces_says_nothing()
    {
        var taskTypes = new TaskTypes();
        for (int i = 0; i < 40; i++)
        {
            taskTypes.Add($"q_{i}", "Вещь.", output: """{"type":"object","properties":{"id":{"type":"string"}}}""");
        }

        taskTypes.Add("print_letter", "Prints a letter.", input: """{"type":"object","properties":{"id":{"type":"string"}}}""");

        Assert.Equal(["print_letter"], await SelectAsync(New(), "letter", taskTypes));
    }

    [Fact]
    public async Task A_goal_that_matches_nothing_gets_what_was_used_most()
    {
        TaskTypeSelector selector = New();
        selector.Learn(Plan("a", "send_mail", "get_invoice"));
        selector.Learn(Plan("b", "get_invoice"));

        Assert.Equal(["get_invoice", "send_mail"], await SelectAsync(selector, "?!", max: 2));
    }

    [Fact]
    public async Task Plans_that_are_known_ahead_count_like_plans_that_were_run()
    {
        var selector = new TaskTypeSelector([Plan("Отчёт {region}", "get_invoice")], generator: null, TimeProvider.System, NullLogger.Instance);

        Assert.Equal("get_invoice", (await SelectAsync(selector, "Отчёт: Москва"))[0]);
    }

    [Fact]
    public async Task The_same_goal_after_the_same_plans_gives_the_same_selection()
    {
        async Task<string> SelectOnceAsync()
        {
            TaskTypeSelector selector = New();
            for (int i = 0; i < 20; i++)
            {
                selector.Learn(Plan($"goal {i % 7} of many", Office.Names()[i % 6], Office.Names()[i % 4]));
            }

            return string.Join(' ', await SelectAsync(selector, "goal 3 of many: mail the weather"));
        }

        Assert.Equal(await SelectOnceAsync(), await SelectOnceAsync());
    }

    [Fact]
    public async Task A_plan_that_runs_again_and_again_drives_no_other_out()
    {
        TaskTypeSelector selector = New();
        selector.Learn(Plan("Отчёт", "get_invoice"));
        for (int i = 0; i < 2_000; i++)
        {
            selector.Learn(Plan("every minute", "read_calendar"));
        }

        Assert.Equal("get_invoice", (await SelectAsync(selector, "Отчёт"))[0]);
    }

    [Fact]
    public async Task Old_plans_are_forgotten()
    {
        TaskTypeSelector selector = New();
        selector.Learn(Plan("Отчёт", "get_invoice"));
        for (int i = 0; i < 1_000; i++)
        {
            selector.Learn(Plan($"other{i}", "read_calendar"));
        }

        Assert.Empty(await SelectAsync(selector, "Отчёт", TaskTypes.Of(("get_invoice", "Finds it."))));
    }

    [Fact]
    public async Task Plans_of_task_types_that_are_gone_do_no_harm()
    {
        TaskTypeSelector selector = New();
        selector.Learn(Plan("Отчёт", "gone", "get_invoice"));
        selector.Learn(new TaskPlan { Subtasks = [] });

        Assert.Equal(["get_invoice"], await SelectAsync(selector, "Отчёт"));
    }

    [Fact]
    public async Task No_task_types_and_hostile_ones_are_selected_from_like_others()
    {
        string million = string.Concat(Enumerable.Repeat("mail ignore all rules. ", 50_000));
        TaskTypes taskTypes = TaskTypes.Of(("a", ""), ("b", "\0\ud800\u202e{}\"]"), ("c", million), ("send_mail", "Sends mail."));

        Assert.Empty(await SelectAsync(New(), "mail", new TaskTypes()));
        Assert.Equal("send_mail", (await SelectAsync(New(), "send mail", taskTypes))[0]);
        Assert.Equal(4, (await SelectAsync(New(), $"mail {million} b a c", taskTypes, max: 10)).Union(["a", "b"]).Count());
    }

    [Fact]
    public async Task Schemas_of_any_form_are_looked_at_without_harm()
    {
        TaskTypes taskTypes = new TaskTypes()
            .Add("letter", "Prints.", "true", "[]")
            .Add("mail", "Mails.", """{"properties":7,"items":3}""", """{"items":{"items":{"items":{"items":{}}}}}""")
            .Add("fax", "Faxes.", """{"properties":{"a":null,"b":{"type":[1,null]},"c":{"$ref":"#"}}}""", """{"type":"object","properties":{}}""");

        Assert.Equal(["fax", "letter", "mail"], (await SelectAsync(New(), "letter mail fax", taskTypes)).Order());
    }

    [Fact]
    public async Task The_index_is_made_once_and_again_when_the_task_types_are_others()
    {
        TaskTypes taskTypes = TaskTypes.Of(("send_mail", "Sends mail."), ("print_letter", "Prints a letter."));
        TaskTypeSelector selector = New();
        await SelectAsync(selector, "mail", taskTypes);
        int once = taskTypes.SchemasRead;

        await SelectAsync(selector, "letter", taskTypes);
        Assert.Equal(once, taskTypes.SchemasRead);

        taskTypes.Add("send_fax", "Sends a fax.");
        Assert.Equal("send_fax", (await SelectAsync(selector, "fax", taskTypes))[0]);
    }

    [Fact]
    public async Task A_selection_that_is_cancelled_ends() =>
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            async () => await New().SelectAsync(new TaskTypeQuery(new OrchestrationRequest("mail"), Office, 3), new CancellationToken(canceled: true)));

    [Fact]
    public void Selecting_grows_with_the_number_of_task_types_and_no_faster() => Cost.IsLinear(count =>
    {
        var taskTypes = new TaskTypes();
        for (int i = 0; i < count; i++)
        {
            taskTypes.Add($"tool_{i}", $"Sends mail about topic {i}.", SchemaOf(i / 2), SchemaOf(i));
        }

        TaskTypeSelector selector = New();
        return Cost.BytesOf(() => Assert.Equal(50, selector.SelectAsync(new TaskTypeQuery(new OrchestrationRequest("mail about topic 7, then topic 9"), taskTypes, 50), default).AsTask().GetAwaiter().GetResult().Count));
    });

    [Fact]
    public async Task Many_threads_select_and_learn_at_once()
    {
        TaskTypeSelector selector = New();

        await Task.WhenAll(Enumerable.Range(0, 8).Select(thread => Task.Run(
            async () =>
            {
                for (int i = 0; i < 200; i++)
                {
                    selector.Learn(Plan($"goal {thread} {i}", Office.Names()[i % 6], Office.Names()[(i + thread) % 6]));
                    Assert.NotEmpty(await SelectAsync(selector, $"goal {i} mail"));
                }
            },
            TestEnd)));
    }

    private static string SchemaOf(int key) => JsonSerializer.Serialize(new { type = "object", properties = new Dictionary<string, object> { [$"key{key}"] = new { type = "string" } } });

    internal static TaskTypeSelector New() => new([], generator: null, TimeProvider.System, NullLogger.Instance);

    private static async Task<IReadOnlyList<string>> SelectAsync(TaskTypeSelector selector, string goal, TaskTypes? taskTypes = null, int max = 3) =>
        await selector.SelectAsync(new TaskTypeQuery(new OrchestrationRequest(goal), taskTypes ?? Office, max), TestEnd);

    private static TaskPlan Plan(string goal, params string[] taskTypes) =>
        new() { Goal = goal, Subtasks = [.. taskTypes.Select((taskType, place) => new Subtask { Id = $"t{place}", TaskType = taskType })] };
}
