namespace TensorCore.Examples.Gpt.World;

/// <summary>
/// The verb forms that the world uses: present, preterite and imperfect of the third person (singular and plural) and
/// of the first person singular, gerund and participle. Regular verbs by ending, the others by table.
/// </summary>
internal static class PortugueseVerbs
{
    // infinitive: pres 3s, pres 3p, pret 3s, pret 3p, impf 3s, impf 3p, pres 1s, pret 1s, gerund
    private static readonly Dictionary<string, string[]> Irregular = Parse("""
        ser é são foi foram era eram sou fui sendo
        estar está estão esteve estiveram estava estavam estou estive estando
        ir vai vão foi foram ia iam vou fui indo
        ter tem têm teve tiveram tinha tinham tenho tive tendo
        fazer faz fazem fez fizeram fazia faziam faço fiz fazendo
        ver vê veem viu viram via viam vejo vi vendo
        vir vem vêm veio vieram vinha vinham venho vim vindo
        dizer diz dizem disse disseram dizia diziam digo disse dizendo
        trazer traz trazem trouxe trouxeram trazia traziam trago trouxe trazendo
        pôr põe põem pôs puseram punha punham ponho pus pondo
        dar dá dão deu deram dava davam dou dei dando
        poder pode podem pôde puderam podia podiam posso pude podendo
        querer quer querem quis quiseram queria queriam quero quis querendo
        saber sabe sabem soube souberam sabia sabiam sei soube sabendo
        ler lê leem leu leram lia liam leio li lendo
        sair sai saem saiu saíram saía saíam saio saí saindo
        cair cai caem caiu caíram caía caíam caio caí caindo
        subir sobe sobem subiu subiram subia subiam subo subi subindo
        dormir dorme dormem dormiu dormiram dormia dormiam durmo dormi dormindo
        sentir sente sentem sentiu sentiram sentia sentiam sinto senti sentindo
        pedir pede pedem pediu pediram pedia pediam peço pedi pedindo
        medir mede medem mediu mediram media mediam meço medi medindo
        ouvir ouve ouvem ouviu ouviram ouvia ouviam ouço ouvi ouvindo
        perder perde perdem perdeu perderam perdia perdiam perco perdi perdendo
        servir serve servem serviu serviram servia serviam sirvo servi servindo
        vestir veste vestem vestiu vestiram vestia vestiam visto vesti vestindo
        seguir segue seguem seguiu seguiram seguia seguiam sigo segui seguindo
        construir constrói constroem construiu construíram construía construíam construo construí construindo
        sacudir sacode sacodem sacudiu sacudiram sacudia sacudiam sacudo sacudi sacudindo
        passear passeia passeiam passeou passearam passeava passeavam passeio passeei passeando
        """);

    private static Dictionary<string, string[]> Parse(string table) => table
        .Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
        .Select(line => line.Split(' '))
        .ToDictionary(words => words[0], words => words[1..]);

    /// <param name="verb">An infinitive in -ar, -er, -ir or pôr.</param>
    /// <param name="tense">pres, pret, impf, pres1, pret1, ger or inf.</param>
    /// <param name="plural">The third person plural instead of the singular; no effect on the first person.</param>
    public static string Form(string verb, string tense, bool plural)
    {
        if (tense == "inf")
            return verb;
        int index = tense switch
        {
            "pres" => plural ? 1 : 0,
            "pret" => plural ? 3 : 2,
            "impf" => plural ? 5 : 4,
            "pres1" => 6,
            "pret1" => 7,
            "ger" => 8,
            _ => throw new ArgumentException($"unknown tense \"{tense}\" for \"{verb}\": use pres, pret, impf, pres1, pret1, ger or inf"),
        };
        return Irregular.TryGetValue(verb, out string[]? forms) ? forms[index] : Regular(verb, index);
    }

    private static string Regular(string verb, int index)
    {
        string stem = verb[..^2];
        return verb[^2..] switch
        {
            "ar" => index switch
            {
                6 => stem + "o",
                7 => SofterStem(stem) + "ei",
                _ => stem + ((string[])["a", "am", "ou", "aram", "ava", "avam", "", "", "ando"])[index],
            },
            "er" => index switch
            {
                6 => HarderStem(stem) + "o",
                _ => stem + ((string[])["e", "em", "eu", "eram", "ia", "iam", "", "i", "endo"])[index],
            },
            "ir" => index switch
            {
                6 => HarderStem(stem) + "o",
                _ => stem + ((string[])["e", "em", "iu", "iram", "ia", "iam", "", "i", "indo"])[index],
            },
            _ => throw new ArgumentException($"\"{verb}\" is no infinitive in -ar, -er or -ir"),
        };
    }

    // The spelling that keeps the sound before e: fiquei, cheguei, comecei.
    private static string SofterStem(string stem) => stem switch
    {
        [.., 'c'] => stem[..^1] + "qu",
        [.., 'g'] => stem + "u",
        [.., 'ç'] => stem[..^1] + "c",
        _ => stem,
    };

    // The spelling that keeps the sound before o: conheço, protejo.
    private static string HarderStem(string stem) => stem switch
    {
        [.., 'c'] => stem[..^1] + "ç",
        [.., 'g'] => stem[..^1] + "j",
        _ => stem,
    };
}
