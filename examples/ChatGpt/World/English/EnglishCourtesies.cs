namespace TensorCore.Examples.ChatGpt.World;

/// <summary>Greetings and questions about the assistant, in English.</summary>
internal sealed partial class EnglishPhrasebook
{
    public override IReadOnlyList<Courtesy> Courtesies { get; } =
    [
        new(Hello, "Hello!", "Hello! How can I help?", ["hello", "hi"],
            "Hi!", "Hello!", "Hi, assistant!", "Hello, assistant!", "Hey!", "Hi, is anyone there?", "Hello there!", "Hello, here I am!"),
        new("morning", "Good morning!", "Good morning! How can I help?", ["good morning"],
            "Good morning!", "A very good morning!", "Good morning, assistant!", "Hi, good morning!", "Hello, good morning!", "A good morning to you!", "Good morning, is all well?", "I wish you a good morning!"),
        new("afternoon", "Good afternoon!", "Good afternoon! How can I help?", ["good afternoon"],
            "Good afternoon!", "A very good afternoon!", "Good afternoon, assistant!", "Hi, good afternoon!", "Hello, good afternoon!", "A good afternoon to you!", "Good afternoon, is all well?", "I wish you a good afternoon!"),
        new("night", "Good evening!", "Good evening! How can I help?", ["good evening"],
            "Good evening!", "A very good evening!", "Good evening, assistant!", "Hi, good evening!", "Hello, good evening!", "A good evening to you!", "Good evening, is all well?", "I wish you a good evening!"),
        new("how", "I am fine!", "I am fine, thank you for asking!", ["fine", "i am well"],
            "How are you?", "How do you do?", "How is it going?", "Are you well?", "Hi, how are you?", "How are things?", "Is everything all right?", "How do you feel?"),
        new("who", "A language model.", "I am a language model, at your service.", ["language model"],
            "Who are you?", "What are you?", "Who am I talking to?", "Are you a person?", "Are you a robot?", "Tell me who you are.", "Who is there?", "Are you human?"),
        new("name", "Tensor.", "My name is Tensor, at your service.", ["tensor"],
            "What is your name?", "What are you called?", "Which name do you have?", "Tell me your name.", "Do you have a name?", "May I know your name?", "What should I call you?", "What name did they give you?"),
        new("thanks", "You are welcome!", "You are welcome, it was a pleasure!", ["welcome"],
            "Thank you!", "Thanks!", "Thank you very much!", "Thanks a lot!", "Many thanks!", "Thank you for the help!", "Thanks for the answer!", "That was kind of you!"),
        new("bye", "Goodbye!", "Goodbye, come back soon!", ["goodbye", "see you", "bye"],
            "Bye!", "Goodbye!", "See you later!", "I have to go.", "Farewell!", "I am leaving, bye!", "Until next time!", "Bye, see you tomorrow!"),
        new("skills", "I answer questions.", "I answer questions about the town, with great pleasure.", ["i answer questions"],
            "What can you do?", "What can you help me with?", "What may I ask?", "Which questions do you answer?", "What are you good for?", "What do you do?", "How can you help me?", "What are you able to do?"),
        new("praise", "How nice!", "How nice, I am glad to help!", ["how nice"],
            "Well done!", "Congratulations!", "You are very good!", "Great answer!", "I liked the answer!", "You got it right!", "What a good answer!", "You are clever!"),
        new("sorry", "No problem!", "No problem, make yourself at home!", ["no problem"],
            "Sorry!", "I am sorry!", "My mistake!", "Pardon me!", "Excuse me!", "Forgive me!", "I apologise!", "Sorry to bother you!"),
        new("language", "English.", "I speak English. How can I help?", ["english"],
            "Do you speak English?", "Which language do you speak?", "In which language do you answer?", "Do you know English?", "Do you understand English?", "What languages do you know?", "What is your language?", "In which language can we talk?"),
        new("place", "Inside the computer.", "I live inside the computer, at your service.", ["computer"],
            "Where do you live?", "Where are you?", "At what place are you?", "In which street do you live?", "Where is your house?", "Where do you speak from?", "Where are you from?", "Do you live in this town?"),
    ];
}
