import pytest

from edge_interpreter.text.hallucination import is_stock_phrase


@pytest.mark.parametrize(
    "text",
    [
        "Thanks for watching!",
        "Thank you so much for watching.",
        "♪ Please subscribe to my channel ♪",
        "Subtitles by the Amara.org community",
        "Sous-titres réalisés par la communauté d'Amara.org",
        "Sous-titrage Société Radio-Canada",
        "Merci d'avoir regardé cette vidéo !",
        "Untertitel im Auftrag des ZDF für funk, 2017",
        "Subtítulos realizados por la comunidad de Amara.org",
        "Продолжение следует...",
        "Субтитры сделал DimaTorzok",
        "ご視聴ありがとうございました。",
        "请不吝点赞 订阅 转发 打赏支持明镜与点点栏目",
        "시청해 주셔서 감사합니다.",
        "you",
        "...",
        "Thanks for watching! Bye!",
        "Thank you for watching. Please subscribe to my channel.",
        "Thank you for watching this video",
        "I'll see you in the next video.",
        "Please like, comment and subscribe",
        "Don't forget to like and subscribe! Thank you. Bye-bye.",
        "Copyright WDR 2021",
        "Sous-titrage ST' 501",
        "Merci d'avoir regardé cette vidéo ! À bientôt !",
        "Untertitel der Amara.org-Community",
        "Danke fürs Zuschauen. Bis zum nächsten Mal!",
        "¡Gracias por ver el vídeo! ¡Suscríbete!",
        "Bedankt voor het kijken. Doei!",
        "Спасибо за просмотр! Подписывайтесь на канал.",
        "請不吝點贊 訂閱 轉發 打賞支持明鏡與點點欄目",
        "謝謝觀看。再見!",
        "最後までご視聴いただきありがとうございます",
        "Altyazı M.K.",
    ],
)
def test_knows_what_whisper_invents(text: str) -> None:
    assert is_stock_phrase(text)


@pytest.mark.parametrize(
    "text",
    [
        "Thank you.",
        "Thank you for calling, we are watching the news.",
        "Merci de regarder votre écran.",
        "The subtitles are too small.",
        "Press one to subscribe to the newsletter.",
        "Bye for now, see you on Monday at nine.",
        "Thank you. Goodbye.",
        "Thank you. Bye.",
        "Thanks for watching! The next bus leaves at nine.",
        "I like it.",
        "Copyright law is complicated.",
        "Merci beaucoup. Au revoir.",
        "谢谢。再见。",
        "See you next Monday.",
    ],
)
def test_leaves_what_people_say(text: str) -> None:
    assert not is_stock_phrase(text)
