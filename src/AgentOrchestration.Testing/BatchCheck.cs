using AgentOrchestration.Plans.Json;
using AgentOrchestration.Plans.Payloads;
using AgentOrchestration.Tasks;
using Microsoft.Extensions.DependencyInjection;

namespace AgentOrchestration.Testing;

/// <summary>Calls code that takes several subtasks with the same inputs in different company, and compares what each gets.</summary>
/// <param name="taskType">The task type.</param>
/// <param name="services">What its code finds.</param>
internal sealed class BatchCheck(TaskDescriptor taskType, IServiceProvider services)
{
    private readonly FaithfulJson _json = new(PayloadSerializer.DefaultOptions);

    /// <exception cref="InvalidOperationException">An item's answer depends on its company.</exception>
    public async Task RunAsync(IReadOnlyList<object?> inputs, CancellationToken cancellationToken)
    {
        string?[] alone = new string?[inputs.Count];
        for (int i = 0; i < alone.Length; i++)
        {
            alone[i] = (await CallAsync(inputs, [i], cancellationToken).ConfigureAwait(false))[0];
        }

        int[] all = [.. Enumerable.Range(0, inputs.Count)];
        int[] middleFirst = [.. all[(all.Length / 2)..], .. all[..(all.Length / 2)]];
        foreach (int[] order in (int[][])[all, [.. all.Reverse()], middleFirst, [.. all.Where(index => index % 2 == 0)], [.. all.Where(index => index % 2 == 1)]])
        {
            await CompareAsync(inputs, alone, order, $"in the order {string.Join(", ", order)}", cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task CompareAsync(IReadOnlyList<object?> inputs, string?[] alone, int[] order, string company, CancellationToken cancellationToken)
    {
        string?[] together = await CallAsync(inputs, order, cancellationToken).ConfigureAwait(false);
        for (int i = 0; i < order.Length; i++)
        {
            if (together[i] is not null && together[i] != alone[order[i]])
            {
                throw new InvalidOperationException(
                    $"Input {order[i]} of '{taskType.Name}' gets another answer {company}: alone {alone[order[i]]}, but {together[i]}. The answer to an item must not depend on the items that it comes with.");
            }
        }
    }

    /// <returns>What each of the inputs got, as text; <see langword="null"/> where the call has failed as a whole, so that it would be tried again alone.</returns>
    private async Task<string?[]> CallAsync(IReadOnlyList<object?> inputs, int[] order, CancellationToken cancellationToken)
    {
        var batch = new TestBatch(taskType.Invoker.Batch!, services);
        List<AsyncServiceScope> scopes = [];
        try
        {
            List<Task<string?>> answers = [];
            foreach (int index in order)
            {
                scopes.Add(services.CreateAsyncScope());
                var subtask = new Subtask { Id = $"input-{index}", TaskType = taskType.Name };
                var context = new TestTaskContext(scopes[^1].ServiceProvider, services.GetService<TimeProvider>(), taskType, subtask) { Company = batch };
                answers.Add(AnswerAsync(taskType.Invoker.InvokeAsync(inputs[index], context, cancellationToken), context));
            }

            batch.Call();
            return await Task.WhenAll(answers).ConfigureAwait(false);
        }
        finally
        {
            foreach (AsyncServiceScope scope in scopes)
            {
                await scope.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    private async Task<string?> AnswerAsync(ValueTask<object?> code, TestTaskContext context)
    {
        try
        {
            object? output = await code.ConfigureAwait(false);
            return output is None ? "nothing" : System.Text.Encoding.UTF8.GetString(_json.Write(output, taskType.OutputType));
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            return context.IsBatchBroken ? null : $"{exception.GetType().Name}: {exception.Message}";
        }
    }
}
