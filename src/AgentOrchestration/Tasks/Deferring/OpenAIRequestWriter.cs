using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace AgentOrchestration.Tasks.Deferring;

/// <summary>Writes a call as the body of a chat completion. What cannot be said there is not said in another way: such a call is not written.</summary>
internal static class OpenAIRequestWriter
{
    private const string Strict = "strict";

    private static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <returns>The body; <see langword="null"/> when the protocol cannot say it.</returns>
    public static ReadOnlyMemory<byte>? TryWrite(string model, IReadOnlyList<ChatMessage> messages, ChatOptions? options)
    {
        if (messages.Count == 0 || (options is not null && !CanSay(options)))
        {
            return null;
        }

        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, WriterOptions))
        {
            writer.WriteStartObject();
            writer.WriteString("model", options?.ModelId ?? model);
            writer.WriteStartArray("messages");
            if (options?.Instructions is { } instructions && !string.IsNullOrWhiteSpace(instructions))
            {
                WriteText(writer, "system", instructions);
            }

            foreach (ChatMessage message in messages)
            {
                if (!TryWrite(writer, message))
                {
                    return null;
                }
            }

            writer.WriteEndArray();
            if (options is not null)
            {
                Write(writer, options);
            }

            writer.WriteEndObject();
        }

        return buffer.WrittenMemory;
    }

    private static bool CanSay(ChatOptions options) =>
        options is
        {
            ConversationId: null, TopK: null, Reasoning: null, RawRepresentationFactory: null, ContinuationToken: null, AllowBackgroundResponses: not true,
            ResponseFormat: null or ChatResponseFormatText or ChatResponseFormatJson,
            ToolMode: null or AutoChatToolMode or NoneChatToolMode or RequiredChatToolMode,
        }
        && (options.Tools is null || (options.Tools.All(static tool => tool is AIFunctionDeclaration function && CanSay(function)) && !HasStrict(options.AdditionalProperties)))
        && (options.AdditionalProperties is null || options.AdditionalProperties.All(static property => property is { Key: Strict, Value: bool }));

    /// <summary>What is strict changes the parameters, in ways of which only the chat client knows all.</summary>
    private static bool CanSay(AIFunctionDeclaration function) => !HasStrict(function.AdditionalProperties) && OpenAISchema.CanWrite(function.JsonSchema);

    private static bool HasStrict(IReadOnlyDictionary<string, object?>? properties) => properties?.ContainsKey(Strict) == true;

    private static bool TryWrite(Utf8JsonWriter writer, ChatMessage message)
    {
        // What came from an endpoint may say more than it says here.
        if (message.AuthorName is not null || message.RawRepresentation is not null || message.AdditionalProperties is { Count: > 0 }
            || message.Contents.Any(static content => content.RawRepresentation is not null))
        {
            return false;
        }

        if (message.Role == ChatRole.Tool)
        {
            return TryWriteResults(writer, message);
        }

        if (message.Role != ChatRole.System && message.Role != ChatRole.User && message.Role != ChatRole.Assistant)
        {
            return false;
        }

        FunctionCallContent[] calls = [.. message.Contents.OfType<FunctionCallContent>()];
        if (message.Contents.Any(static content => content is not (TextContent or FunctionCallContent)) || (calls.Length > 0 && message.Role != ChatRole.Assistant))
        {
            return false;
        }

        writer.WriteStartObject();
        writer.WriteString("role", message.Role.Value);
        TextContent[] texts = [.. message.Contents.OfType<TextContent>()];
        if (texts.Length > 0 || calls.Length == 0)
        {
            WriteContent(writer, texts);
        }


        if (calls.Length > 0)
        {
            writer.WriteStartArray("tool_calls");
            foreach (FunctionCallContent call in calls)
            {
                writer.WriteStartObject();
                writer.WriteString("id", call.CallId);
                writer.WriteString("type", "function");
                writer.WriteStartObject("function");
                writer.WriteString("name", call.Name);
                writer.WriteString("arguments", JsonSerializer.Serialize(call.Arguments, AIJsonUtilities.DefaultOptions.GetTypeInfo(typeof(IDictionary<string, object?>))));
                writer.WriteEndObject();
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        }

        writer.WriteEndObject();
        return true;
    }

    private static bool TryWriteResults(Utf8JsonWriter writer, ChatMessage message)
    {
        foreach (AIContent content in message.Contents)
        {
            if (content is not FunctionResultContent result)
            {
                return false;
            }

            writer.WriteStartObject();
            writer.WriteString("role", "tool");
            writer.WriteString("tool_call_id", result.CallId);
            writer.WriteString("content", result.Result switch
            {
                null => "",
                string text => text,
                var other => JsonSerializer.Serialize(other, AIJsonUtilities.DefaultOptions.GetTypeInfo(typeof(object))),
            });
            writer.WriteEndObject();
        }

        return true;
    }

    /// <summary>Several texts stay several.</summary>
    private static void WriteContent(Utf8JsonWriter writer, TextContent[] texts)
    {
        if (texts.Length < 2)
        {
            writer.WriteString("content", texts is [var only] ? only.Text : "");
            return;
        }

        writer.WriteStartArray("content");
        foreach (TextContent text in texts)
        {
            writer.WriteStartObject();
            writer.WriteString("type", "text");
            writer.WriteString("text", text.Text);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void WriteText(Utf8JsonWriter writer, string role, string text)
    {
        writer.WriteStartObject();
        writer.WriteString("role", role);
        writer.WriteString("content", text);
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, ChatOptions options)
    {
        WriteNumber("temperature", options.Temperature);
        WriteNumber("top_p", options.TopP);
        WriteNumber("frequency_penalty", options.FrequencyPenalty);
        WriteNumber("presence_penalty", options.PresencePenalty);
        if (options.MaxOutputTokens is { } most)
        {
            writer.WriteNumber("max_completion_tokens", most);
        }

        if (options.Seed is { } seed)
        {
            writer.WriteNumber("seed", seed);
        }

        if (options.StopSequences is { Count: > 0 } stops)
        {
            writer.WriteStartArray("stop");
            foreach (string stop in stops)
            {
                writer.WriteStringValue(stop);
            }

            writer.WriteEndArray();
        }

        WriteFormat(writer, options);
        WriteTools(writer, options);

        void WriteNumber(string name, float? number)
        {
            if (number is { } value)
            {
                writer.WriteNumber(name, value);
            }
        }
    }

    private static void WriteFormat(Utf8JsonWriter writer, ChatOptions options)
    {
        switch (options.ResponseFormat)
        {
            case ChatResponseFormatText:
                writer.WriteStartObject("response_format");
                writer.WriteString("type", "text");
                writer.WriteEndObject();
                break;
            case ChatResponseFormatJson { Schema: null }:
                writer.WriteStartObject("response_format");
                writer.WriteString("type", "json_object");
                writer.WriteEndObject();
                break;
            case ChatResponseFormatJson format when OpenAISchema.Of(format) is { } schema:
                writer.WriteStartObject("response_format");
                writer.WriteString("type", "json_schema");
                writer.WriteStartObject("json_schema");
                writer.WriteString("name", format.SchemaName ?? "json_schema");
                if (format.SchemaDescription is { } description)
                {
                    writer.WriteString("description", description);
                }

                writer.WritePropertyName("schema");
                schema.WriteTo(writer);
                if (options.AdditionalProperties?.TryGetValue(Strict, out object? strict) == true)
                {
                    writer.WriteBoolean(Strict, (bool)strict!);
                }

                writer.WriteEndObject();
                writer.WriteEndObject();
                break;
        }
    }

    private static void WriteTools(Utf8JsonWriter writer, ChatOptions options)
    {
        if (options.Tools is not { Count: > 0 } tools)
        {
            return;
        }

        writer.WriteStartArray("tools");
        foreach (AIFunctionDeclaration function in tools.Cast<AIFunctionDeclaration>())
        {
            writer.WriteStartObject();
            writer.WriteString("type", "function");
            writer.WriteStartObject("function");
            writer.WriteString("name", function.Name);
            writer.WriteString("description", function.Description);
            writer.WritePropertyName("parameters");
            OpenAISchema.Write(writer, function.JsonSchema);
            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        if (options.AllowMultipleToolCalls is { } several)
        {
            writer.WriteBoolean("parallel_tool_calls", several);
        }

        switch (options.ToolMode)
        {
            case NoneChatToolMode:
                writer.WriteString("tool_choice", "none");
                break;
            case null or AutoChatToolMode:
                writer.WriteString("tool_choice", "auto");
                break;
            case RequiredChatToolMode { RequiredFunctionName: null }:
                writer.WriteString("tool_choice", "required");
                break;
            case RequiredChatToolMode { RequiredFunctionName: { } name }:
                writer.WriteStartObject("tool_choice");
                writer.WriteString("type", "function");
                writer.WriteStartObject("function");
                writer.WriteString("name", name);
                writer.WriteEndObject();
                writer.WriteEndObject();
                break;
        }
    }
}
